package snapshot

import "golang.org/x/sys/unix"

// adviseHugePages has the kernel back memory that nobody has touched yet with huge pages (madvise(2)). That it has none to
// give is no error.
func adviseHugePages(b []byte) { unix.Madvise(b, unix.MADV_HUGEPAGE) }
