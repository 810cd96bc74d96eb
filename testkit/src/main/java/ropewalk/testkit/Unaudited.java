package ropewalk.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Exempts a test from [HouseAudit]. Only for tests of the audit itself, which have to leak.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Unaudited {
  /// Why this test may leave the house as it likes.
  String value();
}
