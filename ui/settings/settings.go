// Package settings is the page on which a person says where the vault is kept, sees its recovery code, chooses the
// browser and the colours; and the form with which an existing vault is used.
//
// It shows what it is given and says what the person wants done; it knows no library. Everything is called on the main
// goroutine. Secrets are held by the entries they were typed into, and nowhere else. Start reading with Screen
// (screen.go); each card on it has its own file.
package settings
