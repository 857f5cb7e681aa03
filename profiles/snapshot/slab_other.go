//go:build !linux

package snapshot

func adviseHugePages([]byte) {}
