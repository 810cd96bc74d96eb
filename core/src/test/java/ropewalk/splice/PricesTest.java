package ropewalk.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.pipe.KernelPipes;

/// What is kept is what was measured, and it decides who is asked first.
class PricesTest {
  private static final Ask FILES = new Ask(End.Kind.FILE, End.Kind.FILE);
  private static final Ask SOCKETS = new Ask(End.Kind.TCP, End.Kind.UNIX);

  @Test
  void textComesBackAsItWas() {
    Prices prices =
        Prices.measuredOn("Linux 6.18, here")
            .with(FILES.withBytes(100), "reflink", 0)
            .with(FILES, "pages", 1234.5)
            .with(new Ask(null, End.Kind.UNIX), "give", 51.7);
    Prices back = Prices.parse(prices.text());
    assertThat(back.text()).isEqualTo(prices.text());
    assertThat(back.origin()).isEqualTo("Linux 6.18, here");
    assertThat(back.of(FILES, "pages")).isEqualTo(1234.5);
    assertThat(back.of(FILES.withBytes(64 << 10), "reflink")).isZero();
    assertThat(back.of(FILES, "reflink")).as("another size").isNaN();
    assertThat(back.of(new Ask(null, End.Kind.UNIX), "give")).isEqualTo(51.7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "FILE",
        "FILE FILE pages LARGE",
        "FILE FILE pages LARGE x",
        "FILE FILE pages LARGE -1",
        "FILE FILE pages LARGE NaN",
        "FILE FILE pages LARGE 1 2",
        "FILE FILE pages LARGE Infinity"
      })
  void whatIsNoPriceIsNamed(String line) {
    assertThatThrownBy(() -> Prices.parse("# here\n" + line + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + line + "'");
  }

  @Test
  void aPriceIsANumberFromZeroOn() {
    for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Prices.NONE.with(FILES, "pages", wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void sizesAreClassesWithoutGaps() {
    assertThat(Prices.Size.of(-1)).isEqualTo(Prices.Size.LARGE);
    assertThat(Prices.Size.of(0)).isEqualTo(Prices.Size.SMALL);
    assertThat(Prices.Size.of(64 << 10)).isEqualTo(Prices.Size.SMALL);
    assertThat(Prices.Size.of((64 << 10) + 1)).isEqualTo(Prices.Size.MIDDLE);
    assertThat(Prices.Size.of(1 << 20)).isEqualTo(Prices.Size.MIDDLE);
    assertThat(Prices.Size.of((1 << 20) + 1)).isEqualTo(Prices.Size.LARGE);
  }

  @Test
  void theCheapestIsAskedFirstWhereAllArePriced() throws IOException {
    Prices half = Prices.measuredOn("test").with(SOCKETS, "pages", 10);
    assertThat(taken(half, SOCKETS, false)).isEqualTo("splice2");
    Prices whole = half.with(SOCKETS, "splice2", 20);
    assertThat(taken(whole, SOCKETS, false)).isEqualTo("pages");
    assertThat(taken(half.with(SOCKETS, "splice2", 5), SOCKETS, false)).isEqualTo("splice2");
    assertThat(taken(whole, SOCKETS.withBytes(100), false))
        .as("unpriced size")
        .isEqualTo("splice2");
  }

  /// A live route may be the cheapest by far: a strict move still passes it over.
  @Test
  void aPriceMakesNothingStrict() throws IOException {
    Ask ask = new Ask(End.Kind.FILE, End.Kind.TCP);
    Prices prices = Prices.measuredOn("test").with(ask, "sendfile", 1).with(ask, "pages", 100);
    assertThat(taken(prices, ask, false)).isEqualTo("pages");
    assertThat(taken(prices, ask, true)).isEqualTo("sendfile");
    assertThat(taken(prices.with(ask, "pages", 0.5), ask, true)).isEqualTo("pages");
  }

  private static String taken(Prices prices, Ask ask, boolean isRelaxed) throws IOException {
    try (Engine engine = Engine.open(HostSyscalls.host(), Engine.Choice.EPOLL);
        KernelPipes pipes = new KernelPipes(engine.syscalls(), KernelPipes.SIZE, 1)) {
      return new Splice(engine, pipes, prices)
          .explain(ask, isRelaxed).stream()
              .filter(Verdict::isTaken)
              .findFirst()
              .orElseThrow()
              .route();
    }
  }
}
