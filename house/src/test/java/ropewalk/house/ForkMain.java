package ropewalk.house;

import java.io.IOException;
import java.io.Writer;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// What a [Fork] runs: the tests that it is told, one after the other, each reported when it ends.
/// A line is the test, its verdict, milliseconds, and a word; tabs between.
final class ForkMain {
  private ForkMain() {}

  /// Runs and ends.
  ///
  /// @param args the file of results, then the tests
  public static void main(String[] args) throws IOException {
    Launcher launcher = LauncherFactory.create();
    try (Writer results = Files.newBufferedWriter(Path.of(args[0]))) {
      for (int i = 1; i < args.length; i++) {
        Listener listener = new Listener();
        long start = System.nanoTime();
        try {
          launcher.execute(
              LauncherDiscoveryRequestBuilder.request().selectors(selectors(args[i])).build(),
              listener);
        } catch (ReflectiveOperationException e) {
          listener.failures.add("no such test: " + e);
        }
        long millis = (System.nanoTime() - start) / 1_000_000;
        results.write(args[i] + "\t" + listener.verdict() + "\t" + millis);
        results.write("\t" + listener.word() + "\n");
        results.flush();
      }
    }
    // Threads that a mutant left behind are not waited for.
    System.exit(0);
  }

  /// A class, or every method of a class with that name, whatever its parameters.
  private static List<DiscoverySelector> selectors(String test)
      throws ReflectiveOperationException {
    String[] parts = test.split("#", 2);
    Class<?> type = Class.forName(parts[0]);
    if (parts.length == 1) {
      return List.of(DiscoverySelectors.selectClass(type));
    }
    Map<String, DiscoverySelector> methods = new LinkedHashMap<>();
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Method method : at.getDeclaredMethods()) {
        if (method.getName().equals(parts[1]) && !method.isSynthetic()) {
          methods.putIfAbsent(
              method.toGenericString(), DiscoverySelectors.selectMethod(type, method));
        }
      }
    }
    if (methods.isEmpty()) {
      throw new NoSuchMethodException(test);
    }
    return List.copyOf(methods.values());
  }

  private static final class Listener implements TestExecutionListener {
    private final List<String> failures = new ArrayList<>();
    private final List<String> skips = new ArrayList<>();
    private int passed;

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      skips.add(reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      switch (result.getStatus()) {
        case SUCCESSFUL -> passed += test.isTest() ? 1 : 0;
        case ABORTED -> skips.add(firstLine(result.getThrowable().orElse(null)));
        case FAILED -> {
          Throwable failure = result.getThrowable().orElse(null);
          failures.add(surgery(failure) ? "SURGERY " + firstLine(failure) : firstLine(failure));
          if (failure != null) {
            failure.printStackTrace();
          }
        }
      }
    }

    /// A class that no longer fits its neighbours is not the bug that was meant.
    private static boolean surgery(@org.jspecify.annotations.Nullable Throwable failure) {
      for (Throwable at = failure; at != null; at = at.getCause()) {
        if (at instanceof IncompatibleClassChangeError
            || at instanceof VerifyError
            || at instanceof ClassFormatError) {
          return true;
        }
      }
      return false;
    }

    private static String firstLine(@org.jspecify.annotations.Nullable Throwable failure) {
      return String.valueOf(failure).strip().replaceAll("\\s+", " ");
    }

    String verdict() {
      if (!failures.isEmpty()) {
        return "RED";
      }
      // One skip among several that passed is still a test that ran.
      return passed > 0 ? "GREEN" : skips.isEmpty() ? "RED" : "SKIPPED";
    }

    String word() {
      String word =
          !failures.isEmpty()
              ? failures.getFirst()
              : !skips.isEmpty() ? skips.getFirst() : passed == 0 ? "no test ran" : "";
      return word.length() > 300 ? word.substring(0, 300) + "…" : word;
    }
  }
}
