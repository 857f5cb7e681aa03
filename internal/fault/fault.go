// Package fault marks the steps at which a test may have Valise, its browser or both die, to see what the next start makes
// of it. In the program that people get a point is nothing: the call is compiled away. Built with the tag `faults`
// (`make build/valise-faults`), what the environment asks for happens there; see armed_linux.go. The tests that ask are
// e2e/faults_linux_test.go.
package fault
