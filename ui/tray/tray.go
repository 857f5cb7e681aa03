// Package tray is what stands in the tray's menu, and whether there is a tray at all.
//
// Menu makes the menu from a State and decides nothing. Follow tells whether the desktop shows tray icons: where it does
// not, a window that hides itself would be gone for good. Start reading with Menu (menu.go).
package tray
