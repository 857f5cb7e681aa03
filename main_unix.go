//go:build unix

package main

// useConsole does nothing: a program has its terminal here.
func useConsole() {}
