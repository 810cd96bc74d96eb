/// JMH: what one call and one reference cost. Run with `bench/run jmh`.
@NullMarked
package ropewalk.bench.micro;

import org.jspecify.annotations.NullMarked;
