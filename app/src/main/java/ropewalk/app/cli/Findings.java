package ropewalk.app.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import ropewalk.Ropewalk;
import ropewalk.engine.Registration;
import ropewalk.linux.Fact;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Kernel;
import ropewalk.linux.libcrypto.LibCrypto;
import ropewalk.page.PoolPlan;
import ropewalk.splice.Prices;

/// What `doctor` has found out, and how it is told to people and to programs.
///
/// @param kernel what the kernel and the virtual machine answered
/// @param engine who waits for the kernel
/// @param whyNot why that is not io_uring; empty if it is
/// @param registration how much of the pool the engine's ring knows in advance, and why not more
/// @param digests who computes checksums
/// @param routes which way bytes go
/// @param prices what they cost here, as far as that was measured
/// @param plan the pool's sum
/// @param huge bytes of the pool that are in huge pages now; -1 where the kernel doesn't say
record Findings(
    Kernel kernel,
    String engine,
    String whyNot,
    Registration registration,
    Fact digests,
    List<RouteRow> routes,
    Prices prices,
    PoolPlan plan,
    long huge) {

  static Findings find(Ropewalk walk) {
    return new Findings(
        Kernel.probe(HostSyscalls.host()),
        walk.engine().name(),
        walk.engine().whyNot(),
        walk.registration(),
        libcrypto(),
        RouteRow.all(walk),
        walk.prices(),
        walk.pool().plan(),
        walk.pool().hugeBytes());
  }

  private static Fact libcrypto() {
    Optional<LibCrypto> library = LibCrypto.find();
    return library.isPresent()
        ? new Fact("libcrypto", "yes", library.get() + ": checksums read pages in place", "")
        : new Fact(
            "libcrypto",
            "no",
            LibCrypto.whyNot() + "; the JDK's checksums copy each byte once more",
            "install OpenSSL 3 (Debian: libssl3)");
  }

  private List<Fact> everything() {
    List<Fact> facts = new ArrayList<>(kernel.facts());
    facts.add(digests);
    return facts;
  }

  /// What could be better and has a cure.
  private List<Fact> missing() {
    return everything().stream().filter(fact -> !fact.remedy().isEmpty()).toList();
  }

  /// For people: tables of at most a hundred columns.
  String text() {
    return """
        Ropewalk %s on Linux %s, JDK %s

        Engine
        %s
        Routes: who moves the bytes, and how often the kernel copies each
        %s
          The letters: why the routes before declined. Strict is the default: what was handed over
          never changes. Relaxed has to be asked for.
        %s

        Pool: pages taken at start, as a sum of who holds them
        %s
        Kernel
        %s
        Missing, and how to get it
        %s"""
        .formatted(
            Version.number(),
            kernel.fact(Kernel.RELEASE).value(),
            Runtime.version(),
            engineText(),
            routesText(),
            pricesText(),
            poolText(),
            factsText(),
            missingText());
  }

  private String engineText() {
    String why =
        whyNot.isEmpty()
            ? "the kernel grants it; where it doesn't, epoll and plain calls do the same work"
            : whyNot;
    return new Table("  ").row(engine, why).row("registered", registration.toString()).toString();
  }

  /// The reasons are few and long, so the table has letters for them.
  private String routesText() {
    List<String> notes = routes.stream().flatMap(row -> row.reasons().stream()).distinct().toList();
    Table table = new Table("  ");
    table.row("from", "to", "strict", "copies", "relaxed", "copies", "why");
    for (RouteRow row : routes) {
      boolean isSame = row.strict().route().equals(row.relaxed().route());
      StringBuilder letters = new StringBuilder();
      row.reasons().forEach(reason -> letters.append(letter(notes.indexOf(reason))));
      table.row(
          String.join(" ", row.from()),
          String.join(" ", row.to()),
          row.strict().route(),
          Integer.toString(row.strict().copiesKernel()),
          isSame ? "same" : row.relaxed().route(),
          isSame ? "" : Integer.toString(row.relaxed().copiesKernel()),
          letters.toString());
    }
    StringBuilder text = new StringBuilder(table.toString()).append('\n');
    for (int i = 0; i < notes.size(); i++) {
      text.append(Table.wrap("  " + letter(i) + "  ", notes.get(i)));
    }
    return text.toString();
  }

  private String pricesText() {
    return Table.wrap(
        "  ",
        prices.isEmpty()
            ? "Prices were not measured here, so the order is the built-in one: 'doctor --calibrate'."
            : "Prices were measured on " + prices.origin() + "; 'explain SRC DST' shows them.");
  }

  private static char letter(int index) {
    return (char) ('a' + index);
  }

  private String poolText() {
    Table table = new Table("  ");
    for (PoolPlan.Term term : plan.terms()) {
      table.row(
          right(term.bytes()),
          term.kind().toString().toLowerCase(Locale.ROOT),
          term.holder(),
          term.because());
    }
    table.row(right(plan.total()), "", "in all", "address space; memory on first touch");
    table.row(
        right(plan.registered()),
        "",
        "registered",
        "at most so much of the ring pages, with io_uring");
    if (huge >= 0) {
      table.row(right(huge), "", "huge", "of the pages touched so far, in huge pages");
    }
    StringBuilder text = new StringBuilder(table.toString());
    plan.clamps().forEach(clamp -> text.append(Table.wrap("  ", clamp)));
    return text.toString();
  }

  private static String right(long bytes) {
    return "%10s".formatted(ByteSize.say((double) bytes));
  }

  private String factsText() {
    Table table = new Table("  ");
    everything().forEach(fact -> table.row(fact.name(), fact.value(), fact.detail()));
    return table.toString();
  }

  private String missingText() {
    if (missing().isEmpty()) {
      return "  nothing\n";
    }
    Table table = new Table("  ");
    missing().forEach(fact -> table.row(fact.name(), fact.value(), fact.remedy()));
    return table.toString();
  }

  /// For programs: one object.
  String json() throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("version", Version.number());
    object.put("engine", Map.of("name", engine, "whyNot", whyNot));
    object.put("facts", everything().stream().map(Findings::json).toList());
    object.put("missing", missing().stream().map(Fact::name).toList());
    object.put("routes", routes.stream().map(Findings::json).toList());
    object.put("prices", prices.isEmpty() ? "" : prices.text());
    Map<String, Object> pool = new LinkedHashMap<>();
    pool.put("bytes", plan.total());
    pool.put("registered", registration.bytes());
    pool.put("registeredWhyNotMore", registration.why());
    pool.put("huge", huge);
    pool.put("terms", plan.terms().stream().map(Findings::json).toList());
    pool.put("shortened", plan.clamps());
    object.put("pool", pool);
    return JSON.std.asString(object);
  }

  private static Map<String, Object> json(Fact fact) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", fact.name());
    object.put("value", fact.value());
    object.put("detail", fact.detail());
    object.put("remedy", fact.remedy());
    return object;
  }

  private static Map<String, Object> json(RouteRow row) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("from", row.from());
    object.put("to", row.to());
    object.put("strict", row.strict().route());
    object.put("copiesKernel", row.strict().copiesKernel());
    object.put("stability", row.strict().stability().name().toLowerCase(Locale.ROOT));
    object.put("relaxed", row.relaxed().route());
    object.put("relaxedCopiesKernel", row.relaxed().copiesKernel());
    object.put("declined", row.reasons());
    return object;
  }

  private static Map<String, Object> json(PoolPlan.Term term) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("kind", term.kind().name().toLowerCase(Locale.ROOT));
    object.put("holder", term.holder());
    object.put("bytes", term.bytes());
    object.put("because", term.because());
    return object;
  }
}
