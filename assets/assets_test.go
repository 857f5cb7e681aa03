package assets

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"
)

func TestIconsHaveTheSizesThatTheyAreUsedAt(t *testing.T) {
	pictures := map[string]int{"tray.png": 96, "tray-running.png": 96, "tray-waiting.png": 96}
	for _, size := range []int{16, 32, 48, 64, 128, 256, 512} {
		pictures[fmt.Sprintf("icon-%d.png", size)] = size
	}
	for name, size := range pictures {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := decode(t, content).Bounds(); got != image.Rect(0, 0, size, size) {
			t.Errorf("%s is %v, want %d pixels square", name, got.Max, size)
		}
	}
}

var trayIcons = map[string][]byte{"Tray": Tray, "TrayRunning": TrayRunning, "TrayWaiting": TrayWaiting}

func TestTrayIconsTellTheStatesApart(t *testing.T) {
	where := image.Pt(72, 76) // in the dot and in the triangle, below the suitcase's clasps
	seen := map[color.Color]string{}
	for name, content := range trayIcons {
		colour := decode(t, content).At(where.X, where.Y)
		if other, taken := seen[colour]; taken {
			t.Errorf("%s and %s have the same colour at %v", name, other, where)
		}
		seen[colour] = name
	}
}

func TestTrayIconsHaveNoHalfTransparentPixels(t *testing.T) {
	for name, content := range trayIcons {
		picture := decode(t, content)
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				if _, _, _, alpha := picture.At(x, y).RGBA(); alpha != 0 && alpha != 0xffff {
					t.Fatalf("%s is half transparent at %d, %d", name, x, y)
				}
			}
		}
	}
}

func decode(t *testing.T, content []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}
