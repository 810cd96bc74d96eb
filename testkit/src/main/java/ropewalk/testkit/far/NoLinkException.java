package ropewalk.testkit.far;

import java.io.IOException;

/// This machine has no [DroppingLink] to offer, and why: not root, a program is missing, or the
/// kernel has no namespaces, no veth, no IPv6 or no cls_bpf.
public final class NoLinkException extends IOException {
  private static final long serialVersionUID = 1;

  NoLinkException(String why) {
    super("no link into a namespace: " + why);
  }
}
