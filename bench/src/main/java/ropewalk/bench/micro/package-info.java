/// JMH: what one call and one reference cost. Run with `bench/run jmh`.
///
/// ```
///   one call       Java --> linux --> kernel      ns per call, beside the cheapest call there is
///   one reference  take --> lend --> close        ns per reference, beside the copy that it saves
/// ```
@NullMarked
package ropewalk.bench.micro;

import org.jspecify.annotations.NullMarked;
