package ropewalk.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import ropewalk.testkit.Gen;

/// [ByteRange] against the same rules in numbers that can't overflow.
class ByteRangeProperties {
  private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE);
  private static final BigInteger BEYOND = BigInteger.ONE.shiftLeft(70);

  @Test
  void aRangeIsWhatExactNumbersSay() {
    Gen.check(
        20_000,
        gen -> {
          long size = gen.bool() ? gen.in(0L, 20) : gen.edgy(0, Long.MAX_VALUE - 1);
          BigInteger from = number(gen, size);
          BigInteger to = number(gen, size);
          String field =
              switch (gen.in(0, 2)) {
                case 0 -> "bytes=" + from + "-" + to;
                case 1 -> "bytes=" + from + "-";
                default -> "bytes=-" + to;
              };
          assertThat(ByteRange.of(field, size))
              .as("%s of %s", field, size)
              .isEqualTo(model(field, size));
        });
  }

  @Test
  void smallRangesAreRightWithoutExceptions() {
    int runs =
        Gen.exhaust(
            gen -> {
              long size = gen.below(6);
              long from = gen.below(8);
              String field = "bytes=" + from + "-" + gen.below(8);
              assertThat(ByteRange.of(field, size))
                  .as("%s of %s", field, size)
                  .isEqualTo(model(field, size));
            });
    assertThat(runs).isEqualTo(6 * 8 * 8);
  }

  private static BigInteger number(Gen gen, long size) {
    return switch (gen.in(0, 4)) {
      case 0 -> BigInteger.valueOf(gen.in(0L, 20));
      case 1 ->
          BigInteger.valueOf(size).add(BigInteger.valueOf(gen.in(-2L, 2))).max(BigInteger.ZERO);
      case 2 -> BigInteger.valueOf(gen.edgy(0, Long.MAX_VALUE - 1));
      case 3 -> BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.valueOf(gen.in(-2L, 2)));
      default -> BEYOND.add(BigInteger.valueOf(gen.below(3)));
    };
  }

  private static ByteRange model(String field, long size) {
    String[] ends = field.substring("bytes=".length()).split("-", -1);
    BigInteger all = BigInteger.valueOf(size);
    if (ends[0].isEmpty()) {
      BigInteger count = new BigInteger(ends[1]).min(all);
      if (new BigInteger(ends[1]).signum() == 0) {
        return new ByteRange(ByteRange.Kind.UNSATISFIABLE, 0, 0);
      }
      return size == 0
          ? ByteRange.whole(0)
          : new ByteRange(
              ByteRange.Kind.PART, all.subtract(count).longValueExact(), count.longValueExact());
    }
    BigInteger first = new BigInteger(ends[0]);
    BigInteger last = ends[1].isEmpty() ? BEYOND.shiftLeft(1) : new BigInteger(ends[1]);
    if (first.min(LARGEST).compareTo(last.min(LARGEST)) > 0) {
      return ByteRange.whole(size);
    }
    if (first.compareTo(all) >= 0) {
      return new ByteRange(ByteRange.Kind.UNSATISFIABLE, 0, 0);
    }
    BigInteger end = last.add(BigInteger.ONE).min(all);
    return new ByteRange(
        ByteRange.Kind.PART, first.longValueExact(), end.subtract(first).longValueExact());
  }
}
