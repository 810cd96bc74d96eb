package ropewalk.bench.sockets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import ropewalk.bench.Book;

/// One message of 128 bytes of header, 64 pages and 16 bytes of trailer: in one send, in three, out
/// of one copied buffer; ours, the JDK's, C's.
///
/// The pages are the same for all messages and lie in the processor's cache, no two beside each
/// other; the receiver reads.
final class Message {
  static final int HEADER = 128;
  static final int PAGE = 4096;
  static final int PAGES = 64;
  static final int TRAILER = 16;
  static final int BYTES = HEADER + PAGES * PAGE + TRAILER;

  /// Messages of a sample: 100 to 200 MB, 40 to 80 ms.
  private static final int COUNT = 512;

  private static final int WARM_ROUNDS = 2;

  static final List<String> KINDS = List.of("tcp", "unix");
  static final String OURS = "ours-one";
  static final List<String> FIELD =
      List.of(
          OURS,
          "ours-three",
          "ours-copied",
          "jdk-gather",
          "jdk-copied",
          "c-one",
          "c-three",
          "c-copied",
          "c-give");

  static final String SPEED = "messages/s";
  static final String CPU = "CPU us a message";
  static final String RECEIVER = "receiver's CPU us a message";
  static final String HEAP = "heap B a message";
  static final String USER = "copied in user space, a byte";
  static final String KERNEL = "copied by the kernel, a byte";
  static final String CALLS = "system calls a message";

  private final SocketsBench.Plan plan;
  private final Book book;
  private final Random order = new Random(7);

  private Message(SocketsBench.Plan plan) {
    this.plan = plan;
    this.book = plan.book("sockets-message");
  }

  static void run(SocketsBench.Plan plan) throws IOException {
    new Message(plan).run();
  }

  private void run() throws IOException {
    try (Stage stage = new Stage(plan.home())) {
      stage.describe(book);
      List<String> present = new ArrayList<>();
      for (String subject : FIELD) {
        String whyNot = stage.add(subject);
        if (whyNot == null) {
          present.add(subject);
        } else {
          book.fact("left out: " + subject, whyNot);
        }
      }
      for (String kind : KINDS) {
        cell(stage, kind, present.stream().filter(it -> fits(it, kind)).toList());
      }
    }
    new MessagePage(book).write(plan.results());
  }

  /// Pages are given to AF_UNIX; over loopback TCP the kernel copies them anyway.
  private static boolean fits(String subject, String kind) {
    return kind.equals("unix") || !subject.equals("c-give");
  }

  private void cell(Stage stage, String kind, List<String> field) throws IOException {
    int count = plan.count(kind.equals("unix") ? 2 * COUNT : COUNT);
    Order told = stage.order(Order.Mode.MESSAGE, kind, BYTES, 1, count);
    for (String subject : field) {
      stage.warmUp(subject, told, plan.warmUpNanos());
    }
    List<String> turn = new ArrayList<>(field);
    for (int round = -WARM_ROUNDS; round < plan.rounds(); round++) {
      Collections.shuffle(turn, order);
      for (String subject : turn) {
        Sampled sampled = stage.sample(subject, told);
        if (round >= 0) {
          double bytes = (double) count * BYTES;
          book.add(kind, subject, SPEED, sampled.perSecond());
          book.add(kind, subject, CPU, sampled.cpuMicros());
          book.add(kind, subject, RECEIVER, sampled.receiverMicros());
          book.add(kind, subject, HEAP, sampled.heapBytes());
          book.add(kind, subject, USER, sampled.done().user() / bytes);
          book.add(kind, subject, KERNEL, sampled.done().kernel() / bytes);
        }
      }
    }
    if (Calls.isPossible()) {
      for (String subject : field) {
        book.add(kind, subject, CALLS, stage.callsPerMessage(subject, told));
      }
    }
  }
}
