package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every operation of contract 2.2 on every shape and direction, each against the slow [Model].
/// Prints the table of cells, and fails if one is empty. What a cell does is in [WalkCells],
/// [CopyCells] and their like; what it is tried with in [Trial].
final class CellMatrixTest {

  /// A row, the forms it is for, and what is done there.
  private record Entry(Op op, Predicate<Form> forms, Trial.Case one, boolean refused) {}

  private static final List<Entry> ENTRIES = entries();

  /// One for all cells: each is asked whether it left something behind.
  private static Lab lab;

  @BeforeAll
  static void open() {
    lab = new Lab();
  }

  @AfterAll
  static void close() {
    lab.close();
  }

  private final Cells cells = new Cells(Arrays.asList(Form.values()));

  @TestFactory
  @DisplayName("operation x shape, against a byte-by-byte model")
  List<DynamicTest> everyCell() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Entry entry : ENTRIES) {
      for (Form form : Form.values()) {
        if (entry.forms.test(form)) {
          tests.add(
              DynamicTest.dynamicTest(entry.op.title + " " + form.title, () -> run(entry, form)));
        }
      }
    }
    tests.add(DynamicTest.dynamicTest("no cell is empty", this::noHoles));
    return tests;
  }

  private void run(Entry entry, Form form) {
    if (entry.refused) {
      Trial.table(lab, form, entry.op, counted(entry.one, () -> cells.refuse(entry.op, form)));
    } else {
      Trial.all(lab, form, entry.op, counted(entry.one, () -> cells.check(entry.op, form)));
    }
    assertThat(lab.pool.complaints()).as("left behind").isEmpty();
  }

  private static Trial.Case counted(Trial.Case one, Runnable count) {
    return (trial, gen) -> {
      one.run(trial, gen);
      count.run();
    };
  }

  private void noHoles() {
    System.out.println(cells.table());
    assertThat(cells.holes()).as("cells that nobody has looked at").isEmpty();
  }

  private static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    Predicate<Form> all = form -> true;
    Predicate<Form> sources = Form::isSource;
    Predicate<Form> targets = sources.negate();
    Predicate<Form> pipes = form -> form.is(Shape.PIPE_SOURCE, Shape.PIPE_TARGET);
    entries.add(new Entry(Op.COPY_TO, targets, CopyCells::copyTo, false));
    entries.add(new Entry(Op.COPY_TO, sources, CopyCells::refuseCopyTo, true));
    entries.add(new Entry(Op.COPY_FROM, sources, CopyCells::copyFrom, false));
    entries.add(new Entry(Op.COPY_FROM, targets, CopyCells::refuseCopyFrom, true));
    entries.add(new Entry(Op.BETWEEN, all, CopyCells::between, false));
    entries.add(new Entry(Op.ZEROS, targets, CopyCells::zeros, false));
    entries.add(new Entry(Op.ZEROS, sources, CopyCells::refuseZeros, true));
    entries.add(new Entry(Op.ADVANCE, all, WalkCells::advance, false));
    entries.add(new Entry(Op.REVERT, all, WalkCells::revert, false));
    entries.add(new Entry(Op.TRUNCATE, all, WalkCells::truncate, false));
    entries.add(new Entry(Op.REEXPAND, all, WalkCells::reexpand, false));
    entries.add(new Entry(Op.SINGLE, all, WalkCells::single, false));
    entries.add(new Entry(Op.ALIGNMENT, all, LookCells::alignment, false));
    entries.add(new Entry(Op.GAP_ALIGNMENT, all, LookCells::gapAlignment, false));
    entries.add(new Entry(Op.PAGES, all, LookCells::pages, false));
    entries.add(new Entry(Op.PREFAULT, all, LookCells::prefault, false));
    entries.add(new Entry(Op.SAVE_RESTORE, all, StateCells::saveRestore, false));
    entries.add(new Entry(Op.DUP, pipes.negate(), StateCells::dup, false));
    entries.add(new Entry(Op.DUP, pipes, StateCells::refuseDup, true));
    Predicate<Form> nothing = form -> form.is(Shape.DISCARD);
    Predicate<Form> noFolio = form -> form.is(Shape.DISCARD, Shape.KVEC);
    Predicate<Form> folios = noFolio.negate();
    entries.add(new Entry(Op.EXTRACT, nothing.negate(), PageCells::extract, false));
    entries.add(
        new Entry(Op.EXTRACT, targets.and(nothing.negate()), PageCells::extractShort, false));
    entries.add(new Entry(Op.EXTRACT, nothing, PageCells::refuseExtract, true));
    entries.add(new Entry(Op.CLEANUP, nothing.negate(), PageCells::cleanup, false));
    entries.add(new Entry(Op.CLEANUP, nothing, PageCells::refuseExtract, true));
    entries.add(new Entry(Op.GET_PAGES, sources.and(folios), PageCells::getPages, false));
    entries.add(new Entry(Op.GET_PAGES, targets.or(noFolio), PageCells::refuseGetPages, true));
    entries.add(new Entry(Op.EACH_PAGE, nothing.negate(), StepCells::eachPage, false));
    entries.add(new Entry(Op.EACH_PAGE, nothing, StepCells::refuseEachPage, true));
    entries.add(new Entry(Op.DECANT, folios, StepCells::decant, false));
    entries.add(new Entry(Op.DECANT, noFolio, StepCells::refuseDecant, true));
    return entries;
  }
}
