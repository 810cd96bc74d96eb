package ropewalk.bench.sockets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import ropewalk.bench.Book;

/// Small messages over loopback TCP: there and back with one connection and with sixteen, and one
/// way on one connection, one by one, sixteen at a time and as many as the subject likes.
///
/// Ours and the JDK's have a thread for each connection, Netty an event loop for all of them, and
/// so has ours with a lookout; each is on one core, so none is helped by a second.
final class Small {
  static final int[] SIZES = {64, 256, 1024};
  static final List<String> OURS =
      List.of("ours-epoll", "ours-ring", "ours-epoll-vt", "ours-ring-vt", "ours-lookout");
  static final List<String> NETTY = List.of("netty-epoll", "netty-ring");
  static final List<String> FIELD =
      List.of(
          "ours-epoll",
          "ours-ring",
          "ours-epoll-vt",
          "ours-ring-vt",
          "ours-lookout",
          "netty-epoll",
          "netty-ring",
          "jdk",
          "jdk-vt");

  static final String SPEED = "messages/s";
  static final String CPU = "CPU us a message";
  static final String RECEIVER = "receiver's CPU us a message";
  static final String HEAP = "heap B a message";
  static final String CALLS = "system calls a message";

  private static final int WARM_ROUNDS = 1;

  /// What is done in one cell, whatever the size; `count` is messages of a sample, some 50 ms.
  enum Shape {
    ONE_THERE_AND_BACK("there and back, 1 connection", Order.Mode.PINGPONG, 1, 1536),
    SIXTEEN_THERE_AND_BACK("there and back, 16 connections", Order.Mode.PINGPONG, 16, 8192),
    EACH("one way, one by one", Order.Mode.EACH, 1, 24_576),
    SIXTEEN("one way, sixteen at a time", Order.Mode.SIXTEEN, 1, 98_304),
    FREE("one way, as many as one likes", Order.Mode.FREE, 1, 131_072);

    final String title;
    final Order.Mode mode;
    final int connections;
    final int count;

    Shape(String title, Order.Mode mode, int connections, int count) {
      this.title = title;
      this.mode = mode;
      this.connections = connections;
      this.count = count;
    }

    String cell(int size) {
      return title + ", " + size + " B";
    }
  }

  private final SocketsBench.Plan plan;
  private final Book book;
  private final Random order = new Random(7);
  private final Set<String> warm = new HashSet<>();

  private Small(SocketsBench.Plan plan) {
    this.plan = plan;
    this.book = plan.book("sockets-small");
  }

  static void run(SocketsBench.Plan plan) throws IOException {
    new Small(plan).run();
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
      for (Shape shape : Shape.values()) {
        for (int size : SIZES) {
          cell(stage, shape, size, present);
        }
      }
    }
    new SmallPage(book).write(plan.results());
  }

  /// A lookout has nothing to look out for where nothing comes back.
  private static boolean fits(String subject, Shape shape) {
    return shape.mode == Order.Mode.PINGPONG || !subject.equals("ours-lookout");
  }

  private void cell(Stage stage, Shape shape, int size, List<String> present) throws IOException {
    int count = plan.count(shape.count);
    Order told = stage.order(shape.mode, "tcp", size, shape.connections, count);
    List<String> field = present.stream().filter(it -> fits(it, shape)).toList();
    for (String subject : field) {
      if (warm.add(subject + shape)) {
        stage.warmUp(subject, told, plan.warmUpNanos());
        if (Calls.isPossible()) {
          book.add(shape.cell(size), subject, CALLS, stage.callsPerMessage(subject, told));
        }
      }
    }
    List<String> turn = new ArrayList<>(field);
    for (int round = -WARM_ROUNDS; round < plan.rounds(); round++) {
      Collections.shuffle(turn, order);
      for (String subject : turn) {
        Sampled sampled = stage.sample(subject, told);
        if (round >= 0) {
          book.add(shape.cell(size), subject, SPEED, sampled.perSecond());
          book.add(shape.cell(size), subject, CPU, sampled.cpuMicros());
          book.add(shape.cell(size), subject, RECEIVER, sampled.receiverMicros());
          book.add(shape.cell(size), subject, HEAP, sampled.heapBytes());
        }
      }
    }
  }
}
