//go:build !darwin

package live

// onMac: the browser's shortcuts are with the Command key.
const onMac = false

// editing: the browser knows by itself what keys mean.
func editing(incoming) string { return "" }
