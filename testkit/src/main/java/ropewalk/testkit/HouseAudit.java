package ropewalk.testkit;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/// Counts the house after every test, without the test asking (invariant 10): as many descriptors
/// are open as at the start, and every pool is full, with no pin, loan or charge out. A test that
/// leaves something behind fails, and the failure names what was left.
///
/// Registered by name for every module that has the testkit on its path; the only way out is
/// [Unaudited]. Counted twice over: each test from before its instance is made until after its last
/// `@AfterEach`, each class from before `@BeforeAll` until after `@AfterAll`.
///
/// Some closes happen on another thread (a poller letting go, a worker ending), so a complaint has
/// to outlive a settling time. Threads named `ropewalk-*` that outlive a test are warned about: a
/// class may keep an engine for all its tests.
public final class HouseAudit
    implements BeforeAllCallback,
        AfterAllCallback,
        TestInstancePreConstructCallback,
        BeforeEachCallback,
        AfterEachCallback {
  /// How long a leak may take to go away by itself. Only a test that fails waits so long; the
  /// audit's own tests ask for less.
  private static final long SETTLE_MILLIS = 2_000;

  static final String SETTLE_PARAMETER = "ropewalk.audit.settleMillis";

  private static final String POOL = "ropewalk.page.FolioPool";
  private static final Namespace AUDIT = Namespace.create(HouseAudit.class);
  private static final Logger LOG = System.getLogger(HouseAudit.class.getName());

  private record Snapshot(OpenFiles files, Set<String> threads) {}

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    count(context);
  }

  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    if (context.getTestMethod().isPresent()) {
      count(context);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    count(context);
  }

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    audit(context);
  }

  @Override
  public void afterAll(ExtensionContext context) throws InterruptedException {
    audit(context);
  }

  /// Counts once per context: the first of construction and `@BeforeEach` wins.
  private static void count(ExtensionContext context) {
    OpenFiles.warmUp();
    var store = context.getStore(AUDIT);
    String key = context.getUniqueId();
    if (store.get(key) == null) {
      store.put(key, new Snapshot(OpenFiles.now(), threads()));
    }
  }

  private static void audit(ExtensionContext context) throws InterruptedException {
    Snapshot before = context.getStore(AUDIT).get(context.getUniqueId(), Snapshot.class);
    if (before == null || unaudited(context)) {
      return;
    }
    List<String> complaints = complaints(before);
    long settleMillis =
        context.getConfigurationParameter(SETTLE_PARAMETER, Long::valueOf).orElse(SETTLE_MILLIS);
    long deadline = System.nanoTime() + settleMillis * 1_000_000;
    while (!complaints.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(10);
      complaints = complaints(before);
    }
    Set<String> strays = threads();
    strays.removeAll(before.threads);
    if (!strays.isEmpty()) {
      LOG.log(Level.WARNING, context.getDisplayName() + " left threads running: " + strays);
    }
    if (!complaints.isEmpty()) {
      throw new AssertionError(
          "the house is not as "
              + context.getDisplayName()
              + " found it:\n  "
              + String.join("\n  ", complaints));
    }
  }

  private static boolean unaudited(ExtensionContext context) {
    return context.getElement().filter(it -> it.isAnnotationPresent(Unaudited.class)).isPresent()
        || context.getTestClass().filter(it -> it.isAnnotationPresent(Unaudited.class)).isPresent();
  }

  private static List<String> complaints(Snapshot before) {
    List<String> complaints = new ArrayList<>(OpenFiles.now().since(before.files));
    complaints.addAll(poolCensus());
    return complaints;
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ropewalk-"))
        .map(thread -> thread.getName() + "#" + thread.threadId())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// What the pools that are open complain about. The pool is two storeys above, so it is asked by
  /// name; below it there is nothing to ask.
  private static List<String> poolCensus() {
    try {
      Object census = Class.forName(POOL).getMethod("census").invoke(null);
      return ((List<?>) census).stream().map(String::valueOf).toList();
    } catch (ClassNotFoundException noPoolsInThisStorey) {
      return List.of();
    } catch (InvocationTargetException e) {
      return List.of(POOL + ".census() itself failed: " + e.getCause());
    } catch (ReflectiveOperationException e) {
      return List.of(POOL + ".census() can't be asked: " + e);
    }
  }
}
