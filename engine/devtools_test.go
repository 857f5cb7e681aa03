package engine

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWhatReachesPastTheBrowserIsNotDriven(t *testing.T) {
	for command, passes := range map[string]bool{
		`{"id":1,"method":"Page.navigate","params":{"url":"https://shop.example"}}`:                            true,
		`{"id":1,"method":"Target.createTarget","params":{"url":"about:blank"}}`:                               true,
		`{"id":1,"method":"Target.createTarget","params":{"url":""}}`:                                          true,
		`{"id":1,"method":"Target.setAutoAttach","params":{"autoAttach":true,"flatten":true}}`:                 true,
		`{"id":1,"method":"Runtime.evaluate","params":{"expression":"1"}}`:                                     true,
		`{"id":1,"method":"Page.navigate","params":{"url":"file:///etc/passwd"}}`:                              false,
		`{"id":1,"method":"Page.navigate","params":{"url":" file:///etc/passwd"}}`:                             false,
		`{"id":1,"method":"Page.navigate","params":{"url":"chrome://settings"}}`:                               false,
		`{"id":1,"method":"Page.navigate","params":{"url":"view-source:file:///etc/passwd"}}`:                  false,
		`{"id":1,"method":"Target.createTarget","params":{"url":"FILE:///etc/passwd"}}`:                        false,
		`{"id":1,"method":"DOM.setFileInputFiles","params":{"files":["/etc/passwd"]}}`:                         false,
		`{"id":1,"method":"Input.dispatchDragEvent","params":{"data":{"files":["/etc/passwd"]}}}`:              false,
		`{"id":1,"method":"Extensions.loadUnpacked","params":{"path":"/"}}`:                                    false,
		`{"id":1,"method":"Target.exposeDevToolsProtocol","params":{}}`:                                        false,
		`{"id":1,"method":"Target.sendMessageToTarget","params":{"message":"{}"}}`:                             false,
		`{"id":1,"method":"Target.attachToTarget","params":{"targetId":"x"}}`:                                  false,
		`{"id":1,"method":"Browser.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/root"}}`: false,
		`{"id":1,"method":"Page.navigate","params":{"url":["file:///etc/passwd"]}}`:                            false,
		`no JSON`: false,
	} {
		_, answer := mayDrive([]byte(command))
		if (answer == nil) != passes {
			t.Errorf("%s is answered with %s", command, answer)
		}
		if answer != nil && !json.Valid(answer) {
			t.Errorf("%s is answered with %s, which is no JSON", command, answer)
		}
	}
}

// What goes to the browser is what was looked at, however a client writes it.
func TestDoubledFieldsAndCapitalsDoNotHideACommand(t *testing.T) {
	for _, command := range []string{
		`{"id":1,"method":"Page.enable","method":"DOM.setFileInputFiles","params":{}}`,
		`{"id":1,"method":"DOM.setFileInputFiles","Method":"Page.enable","params":{}}`,
		`{"id":1,"method":"DOM.setFileInputFiles","method":"Page.enable","params":{}}`,
		`{"id":1,"method":"Page.navigate","params":{"url":"https://shop.example","url":"file:///etc/passwd"}}`,
		`{"id":1,"method":"Page.navigate","params":{"url":"file:///etc/passwd","url":"https://shop.example"}}`,
		`{"id":1,"method":"Page.navigate","params":{"url":"file:///etc/passwd","URL":"https://shop.example"}}`,
		`{"id":1,"method":"Page.navigate","params":{"url":"file:///etc/passwd"},"params":{}}`,
		`{"id":1,"method":"Input.dispatchDragEvent","params":{"data":{"files":["/etc/passwd"],"files":[]}}}`,
		`{"id":1,"method":"Input.dispatchDragEvent","params":{"data":{"\u0066iles":["/etc/passwd"]}}}`,
	} {
		passed, _ := mayDrive([]byte(command))
		if strings.Contains(string(passed), "/etc/passwd") || strings.Contains(string(passed), "setFileInputFiles") {
			t.Errorf("of %s the browser gets %s", command, passed)
		}
	}
}
