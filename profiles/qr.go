package profiles

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // photos
	"image/png"
	"io"
	"os"

	"valise/problem"
	"valise/profiles/vault"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"golang.org/x/image/draw"
)

// What can go wrong with the picture of a QR code.
var (
	ErrNoPicture = problem.New("this is no picture that Valise can read",
		"Take a PNG or JPEG file: a photo, or what a screenshot makes.")
	ErrNoQRCode = problem.New("no QR code can be made out in the picture",
		"Take the picture straight from the front, sharp, with the whole code and the white around it, and without other QR codes.")
	ErrPictureThere = problem.New("there is a file of that name already",
		"Choose another name, or remove the file: Valise does not write over it.")
)

// Picture is the link as a QR code, each of its modules so many pixels wide, with the white edge of four modules that readers need.
func (j JoinLink) Picture(pixels int) (image.Image, error) {
	code, err := qrcode.NewQRCodeWriter().Encode(j.Text(), gozxing.BarcodeFormat_QR_CODE, 0, 0,
		map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_ERROR_CORRECTION: "M"})
	if err != nil {
		return nil, errors.New("the vault's place is too long for a QR code") // the library's own words might repeat the text
	}
	picture := image.NewPaletted(image.Rect(0, 0, code.GetWidth()*pixels, code.GetHeight()*pixels), color.Palette{color.White, color.Black})
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if code.Get(x/pixels, y/pixels) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	return picture, nil
}

// printedModule is how many pixels a module has in a file: sharp on paper, and still small.
const printedModule = 8

// WritePicture writes the QR code into a new file, a PNG that only this user can read. ErrPictureThere.
func (j JoinLink) WritePicture(path string) error {
	picture, err := j.Picture(printedModule)
	if err != nil {
		return err
	}
	file, err := vault.NewOutside(path, false)
	if err == nil {
		defer file.Abort()
		if err = png.Encode(file, picture); err == nil {
			err = file.Commit()
		}
	}
	if errors.Is(err, vault.ErrExists) {
		return ErrPictureThere.Because(errors.New(path))
	}
	if err != nil {
		return fmt.Errorf("writing the QR code: %w", err)
	}
	return nil
}

// The largest picture that is looked at, as a file and opened. Phones make 12 to 108 megapixels.
const (
	maxPictureFile   = 64 << 20 // bytes
	maxPicturePixels = 128 << 20
)

// ReadJoinPicture finds the link in a picture of its QR code: a photo or a screenshot, PNG or JPEG. *NotFoundError: there is no such
// file; ErrNoPicture; ErrNoQRCode; ErrNotALink.
func ReadJoinPicture(path string) (JoinLink, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return JoinLink{}, &NotFoundError{What: "file", Name: path}
	}
	if err != nil {
		return JoinLink{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return JoinLink{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxPictureFile {
		return JoinLink{}, ErrNoPicture.Because(errors.New(path))
	}
	size, _, err := image.DecodeConfig(file)
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxPicturePixels/size.Height {
		return JoinLink{}, ErrNoPicture.Because(errors.New(path))
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return JoinLink{}, err
	}
	picture, _, err := image.Decode(file)
	if err != nil {
		return JoinLink{}, ErrNoPicture.Because(errors.New(path))
	}
	text, err := readQR(picture)
	if err != nil {
		return JoinLink{}, ErrNoQRCode.Because(errors.New(path))
	}
	link, err := ParseJoinLink(text)
	if err != nil {
		return JoinLink{}, fmt.Errorf("reading the QR code: %w", err)
	}
	return link, nil
}

// qrLengths are what the longer side of a picture is brought to, in pixels, before a QR code is looked for in it: what is fine in a
// photo gets lost in its noise, and what is fine in a screenshot when that is made smaller. A smaller picture stays as it is.
var qrLengths = []int{1200, 4000, 700, 2000}

// readQR is the text of the QR code in a picture.
func readQR(picture image.Image) (text string, err error) {
	defer func() {
		if p := recover(); p != nil { // the library is a translation from Java, and the picture is anybody's
			err = errors.New("it is like no QR code that there is")
		}
	}()
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	longest, asItIs := max(picture.Bounds().Dx(), picture.Bounds().Dy()), false
	for _, length := range qrLengths {
		if length >= longest && asItIs {
			continue
		}
		asItIs = asItIs || length >= longest
		source := gozxing.NewLuminanceSourceFromImage(greyPicture(picture, min(length, longest)))
		for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
			var bitmap *gozxing.BinaryBitmap
			if bitmap, err = gozxing.NewBinaryBitmap(binarizer); err != nil {
				return "", err
			}
			var found *gozxing.Result
			if found, err = qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
				return found.GetText(), nil
			}
		}
	}
	return "", err
}

// greyPicture is a picture in shades of grey, on white where it is transparent, with a longer side of so many pixels.
func greyPicture(picture image.Image, longest int) *image.Gray {
	from := picture.Bounds()
	n := max(from.Dx(), from.Dy())
	to := image.Rect(0, 0, max(from.Dx()*longest/n, 1), max(from.Dy()*longest/n, 1))
	grey := image.NewGray(to)
	draw.Draw(grey, to, image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(grey, to, picture, from, draw.Over, nil)
	return grey
}
