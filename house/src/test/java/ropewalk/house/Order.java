package ropewalk.house;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The order of the house as a table: from the ground up, one line per floor. Packages on one line
/// are strangers to each other.
final class Order {
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("ropewalk.linux"), // the kernel's words
          List.of("ropewalk.linux.uring", "ropewalk.linux.libcrypto"),
          List.of("ropewalk.engine"), // who waits for the kernel
          List.of("ropewalk.page"), // who owns them
          List.of("ropewalk.iov"), // what shape they have
          List.of("ropewalk.bio", "ropewalk.cache", "ropewalk.pipe", "ropewalk.send"), // they wait
          List.of("ropewalk.splice"), // how they move
          List.of("ropewalk.file", "ropewalk.net"), // where bytes live
          List.of("ropewalk.crypto", "ropewalk.forward"), // what may be done to them, where they go
          List.of("ropewalk"), // the face
          List.of("ropewalk.http"), // what bytes mean
          List.of("ropewalk.app.server", "ropewalk.app.demo"), // what runs
          List.of("ropewalk.app.cli")); // what was asked

  private static final Map<String, Integer> FLOOR_OF = new HashMap<>();

  static {
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      for (String room : FLOORS.get(floor)) {
        FLOOR_OF.put(room, floor);
      }
    }
  }

  private Order() {}

  /// True for a package that stands in the table.
  static boolean knows(String room) {
    return FLOOR_OF.containsKey(room);
  }

  /// True if code in package `from` may name code in package `to`: its own, or one further down.
  static boolean allows(String from, String to) {
    return from.equals(to) || (knows(from) && knows(to) && floor(to) < floor(from));
  }

  /// The module that delivers a package.
  static String moduleOf(String room) {
    if (room.equals("ropewalk.linux") || room.startsWith("ropewalk.linux.")) {
      return "linux";
    }
    if (room.startsWith("ropewalk.app.")) {
      return "app";
    }
    return floor(room) > floor("ropewalk") ? "protocols" : "core";
  }

  private static int floor(String room) {
    return FLOOR_OF.getOrDefault(room, -1);
  }

  /// All packages, from the ground up.
  static List<String> rooms() {
    return FLOORS.stream().flatMap(List::stream).toList();
  }
}
