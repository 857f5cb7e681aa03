package profiles_test

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"valise/crypto"
	"valise/internal/testenv"
	"valise/problem"
	"valise/profiles"
	"valise/profiles/vault"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

func someLink() profiles.JoinLink {
	return profiles.JoinLink{
		At:   vault.Location{Bucket: "my-bucket", Prefix: "valise", Endpoint: "https://s3.example.org:9000", Region: "eu-central-1"},
		Code: crypto.NewKey().RecoveryCode(),
	}
}

func TestALinkIsReadAsItWasWritten(t *testing.T) {
	for _, at := range []vault.Location{
		{}, {Bucket: "my-bucket"}, someLink().At, {Folder: filepath.Join(t.TempDir(), "Ada's & Bob's ключи")},
	} {
		link := profiles.JoinLink{At: at, Code: crypto.NewKey().RecoveryCode()}
		if got, err := profiles.ParseJoinLink(" " + link.Text() + "&more=1\n"); err != nil || got != link {
			t.Errorf("%v is read as another one: %v", at, err)
		}
	}
}

func TestWhatIsNoLinkIsToldAndNotRepeated(t *testing.T) {
	link := someLink()
	bare := strings.ReplaceAll(link.Code, "-", "")
	wrong := "7" + bare[1:]
	if bare[0] == '7' {
		wrong = "8" + bare[1:]
	}
	for _, text := range []string{
		"", "https://example.org/?code=" + bare, "valise:join?", "valise:join?place=s3://my-bucket", "valise:join?code=" + bare + "&code=" + bare,
		"valise:join?code=%zz" + bare, "valise:join?code=" + bare + "&place=s3%3A%2F%2Fkey%3Asecret%40x", "valise:join?code=" + wrong,
	} {
		_, err := profiles.ParseJoinLink(text)
		if err == nil || problem.NextStep(err) == "" || strings.Contains(err.Error(), bare[5:15]) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{fmt.Sprint(link), fmt.Sprintf("%+v %#v %q", link, link, link), link.LogValue().String()} {
		if strings.Contains(text, link.Code[:11]) {
			t.Errorf("the link shows itself: %s", text)
		}
	}
}

func TestAPictureOfTheQRCodeIsForItsOwnerAndReplacesNothing(t *testing.T) {
	link := someLink()
	path := filepath.Join(t.TempDir(), "join.png")
	if err := link.WritePicture(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("it has the rights %v, %v", info.Mode(), err)
	}
	if err := someLink().WritePicture(path); !errors.Is(err, profiles.ErrPictureThere) || problem.NextStep(err) == "" {
		t.Errorf("written over: %v", err)
	}
	if got, err := profiles.ReadJoinPicture(path); err != nil || got != link {
		t.Errorf("it is read as another one: %v", err)
	}
}

// photo is a picture as a phone takes it of a screen: larger, turned, out of the upright, unevenly lit, with noise.
func photo(t *testing.T, link profiles.JoinLink, size image.Point, module, degrees float64, dim float64) *image.Gray {
	t.Helper()
	code, err := link.Picture(4)
	if err != nil {
		t.Fatal(err)
	}
	desk := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(desk, desk.Rect, image.NewUniform(color.RGBA{120, 110, 90, 255}), image.Point{}, draw.Src)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	scale := module / 4
	middle := float64(code.Bounds().Dx()) / 2
	m := f64.Aff3{scale * cos, -scale * sin * 0.95, 0, scale * sin, scale * cos * 0.95, 0}
	m[2] = float64(size.X)/2 - (m[0]*middle + m[1]*middle)
	m[5] = float64(size.Y)/2 - (m[3]*middle + m[4]*middle)
	draw.BiLinear.Transform(desk, m, code, code.Bounds(), draw.Over, nil)
	dice := rand.New(rand.NewPCG(1, 2))
	grey := image.NewGray(desk.Rect)
	for y := range size.Y {
		for x := range size.X {
			light := dim + (1-dim)*float64(x)/float64(size.X)
			v := float64(desk.Pix[desk.PixOffset(x, y)])*light + dice.NormFloat64()*12
			grey.Pix[grey.PixOffset(x, y)] = uint8(min(max(v, 0), 255))
		}
	}
	return grey
}

func TestTheLinkIsFoundInPhotosAndScreenshots(t *testing.T) {
	link := someLink()
	dir := t.TempDir()
	for name, picture := range map[string]image.Image{
		"upright":                photo(t, link, image.Pt(1600, 1200), 12, 0, 1),
		"turned a little":        photo(t, link, image.Pt(1600, 1200), 12, 7, 0.7),
		"turned a lot":           photo(t, link, image.Pt(1600, 1200), 10, 130, 0.6),
		"large":                  photo(t, link, image.Pt(4000, 3000), 36, -4, 0.6),
		"small in a large photo": photo(t, link, image.Pt(4000, 3000), 9, 3, 0.8),
		"a screenshot":           photo(t, link, image.Pt(1366, 768), 3, 0, 1),
	} {
		path := filepath.Join(dir, name)
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if name == "a screenshot" {
			err = png.Encode(file, picture)
		} else {
			err = jpeg.Encode(file, picture, &jpeg.Options{Quality: 70})
		}
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		if got, err := profiles.ReadJoinPicture(path); err != nil || got != link {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPictureWithoutALinkSaysSo(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, picture image.Image) string {
		path := filepath.Join(dir, name)
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(file, picture), file.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	noise := image.NewGray(image.Rect(0, 0, 500, 300))
	dice := rand.New(rand.NewPCG(3, 4))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(dice.IntN(256))
	}
	text := filepath.Join(dir, "text.png")
	if err := os.WriteFile(text, []byte("valise:join?code=no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	huge := filepath.Join(dir, "huge.png") // says that it has 2^31 by 2^31 pixels
	if err := os.WriteFile(huge, []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x00\x00\x00\x00\x00\x00\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		write("grey.png", image.NewGray(image.Rect(0, 0, 20, 3000))): profiles.ErrNoQRCode,
		write("noise.png", noise):                                    profiles.ErrNoQRCode,
		text:                                                         profiles.ErrNoPicture,
		huge:                                                         profiles.ErrNoPicture,
		dir:                                                          profiles.ErrNoPicture,
	} {
		if _, err := profiles.ReadJoinPicture(path); !errors.Is(err, want) || problem.NextStep(err) == "" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := profiles.ReadJoinPicture(filepath.Join(dir, "nowhere.png")); err == nil || problem.NextStep(err) == "" {
		t.Errorf("no file: %v", err)
	}
}

func TestAnotherComputerJoinsByThePicture(t *testing.T) {
	c, server := newComputer(t), testenv.S3(t)
	place := vault.Location{Bucket: server.Bucket, Prefix: "valise", Endpoint: server.Endpoint, Region: server.Region}
	key := vault.Credentials{AccessKey: server.AccessKey, SecretKey: server.SecretKey}
	p := c.fresh("Shop")
	if _, err := c.Connect(t.Context(), place, key); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(c.JoinLink().Text(), server.SecretKey) || strings.Contains(c.JoinLink().Text(), server.AccessKey+"&") {
		t.Error("the bucket's access key is in the link")
	}
	path := filepath.Join(t.TempDir(), "join.png")
	if err := c.JoinLink().WritePicture(path); err != nil {
		t.Fatal(err)
	}

	home := secondComputer(t)
	link, err := profiles.ReadJoinPicture(path)
	if err != nil || link.At != place {
		t.Fatalf("the place in the picture is %v, %v", link.At, err)
	}
	if err := profiles.Join(t.Context(), home, link.At, key, link.Code, false); err != nil {
		t.Fatal(err)
	}
	there := &computer{t: t, home: home}
	there.Library = there.process(profiles.Options{})
	if moved, err := there.Sync(t.Context()); err != nil || moved.Fetched == 0 || there.find("Shop").ID != p.ID {
		t.Errorf("synced there: %+v, %v", moved, err)
	}
}
