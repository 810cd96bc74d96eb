package ropewalk.bench.sockets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import ropewalk.bench.Book;

/// From which size of a send on going by reference is cheaper than the kernel's copy, where it does
/// go by reference: over a link that drops at its far end.
final class Crossover {
  static final List<String> KINDS = List.of("udp", "tcp");
  static final List<Order.Mode> HEATS = List.of(Order.Mode.HOT, Order.Mode.COLD);
  static final String COPY = "cross-copy";
  static final String OURS_COPY = "cross-ours-copy";
  static final List<String> FIELD =
      List.of(
          COPY,
          "cross-zerocopy",
          "cross-sendzc",
          "cross-fixed",
          OURS_COPY,
          "cross-ours-epoll",
          "cross-ours-ring");

  private static final int[] SIZES = {
    600, 1400, 4096, 8192, 16_384, 32_768, 61_440, 131_072, 262_144, 1_048_576
  };

  /// The longest datagram that is one packet on the link.
  private static final int DATAGRAM_MAX = 61_440;

  static final String CPU = "CPU-s a GB";
  static final String OTHER = "acknowledger's CPU-s a GB";
  static final String SPEED = "GB/s";
  static final String EACH = "CPU ns a send";
  static final String HEAP = "heap B a send";
  static final String COPIED = "bytes copied by the kernel, a byte";

  private static final int WARM_ROUNDS = 1;

  /// How long a sample takes, about.
  private static final long SAMPLE_NANOS = 25_000_000;

  private final SocketsBench.Plan plan;
  private final Book book;
  private final Random order = new Random(7);

  private Crossover(SocketsBench.Plan plan) {
    this.plan = plan;
    this.book = plan.book("sockets-crossover");
  }

  static void run(SocketsBench.Plan plan) throws IOException {
    new Crossover(plan).run();
  }

  /// Sizes that are sent over `kind`.
  static int[] sizes(String kind) {
    return java.util.Arrays.stream(SIZES)
        .filter(size -> kind.equals("tcp") || size <= DATAGRAM_MAX)
        .toArray();
  }

  static String cell(String kind, Order.Mode heat, int size) {
    return kind + ", " + heat.name().toLowerCase(Locale.ROOT) + ", " + size + " B";
  }

  private void run() throws IOException {
    try (Stage stage = new Stage(plan.home());
        Link link = new Link(plan.home(), stage.program("acker"))) {
      stage.describe(book);
      stage.other(link.acker());
      book.fact("receiver", "none: a veth's far side drops data; acker.c acknowledges streams");
      List<String> present = new ArrayList<>();
      for (String subject : FIELD) {
        String whyNot = stage.add(subject);
        if (whyNot != null) {
          book.fact("left out: " + subject, whyNot);
          continue;
        }
        for (String kind : KINDS) {
          link.connect(stage, subject, kind);
        }
        present.add(subject);
      }
      for (String kind : KINDS) {
        for (String subject : present) {
          stage.warmUp(subject, told(link, kind, Order.Mode.HOT, 4096), 2 * plan.warmUpNanos());
        }
        for (Order.Mode heat : HEATS) {
          for (int size : sizes(kind)) {
            cell(stage, link, kind, heat, size, present);
          }
        }
      }
    }
    new CrossoverPage(book).write(plan.results());
  }

  private Order told(Link link, String kind, Order.Mode heat, int size) {
    int count = (int) (SAMPLE_NANOS / (4000 + size / 8));
    return new Order(heat, kind, link.address(kind), size, 1, plan.count(count));
  }

  private void cell(
      Stage stage, Link link, String kind, Order.Mode heat, int size, List<String> field)
      throws IOException {
    String cell = cell(kind, heat, size);
    Order told = told(link, kind, heat, size);
    List<String> turn = new ArrayList<>(field);
    for (int round = -WARM_ROUNDS; round < plan.rounds(); round++) {
      Collections.shuffle(turn, order);
      for (String subject : turn) {
        Sampled sampled = stage.sample(subject, told);
        if (round >= 0) {
          double bytes = (double) told.count() * size;
          book.add(cell, subject, CPU, sampled.cpuNanos() / bytes);
          book.add(cell, subject, OTHER, sampled.receiverCpuNanos() / bytes);
          book.add(cell, subject, SPEED, bytes / sampled.done().nanos());
          book.add(cell, subject, EACH, (double) sampled.cpuNanos() / told.count());
          book.add(cell, subject, HEAP, sampled.heapBytes());
          book.add(cell, subject, COPIED, sampled.done().kernel() / bytes);
        }
      }
    }
  }
}
