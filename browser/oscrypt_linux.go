package browser

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strconv"
)

// checkKeys makes sure that the browser will be able to read every cookie and password of a profile before it is started: when it meets
// one cookie that it cannot decrypt, it deletes all cookies of that site, for good.
//
// What cannot be read as a database at all does not count: Chromium has its own ways with damaged files.
func checkKeys(ctx context.Context, userDataDir string) error {
	profiles, err := profileDirs(userDataDir)
	if err != nil {
		return err
	}
	var cookies, passwords int
	sites := map[string]bool{}
	for _, dir := range profiles {
		for _, file := range cookieFiles(dir) {
			hashed := cookiesCarryHost(ctx, file)
			eachRow(ctx, file, "select host_key, encrypted_value from cookies where length(encrypted_value) > 0",
				func(scan func(...any) error) error {
					var host string
					var value []byte
					if err := scan(&host, &value); err != nil {
						return err
					}
					if !opensCookie(host, value, hashed) {
						cookies++
						sites[host] = true
					}
					return nil
				})
		}
		for _, file := range []string{"Login Data", "Login Data For Account"} {
			eachRow(ctx, filepath.Join(dir, file), "select password_value from logins where length(password_value) > 0",
				func(scan func(...any) error) error {
					var value []byte
					if err := scan(&value); err != nil {
						return err
					}
					if _, ok := basicDecrypt(value); !ok {
						passwords++
					}
					return nil
				})
		}
	}
	if cookies+passwords > 0 {
		return ErrForeignKeys.Because(fmt.Errorf("%d cookies of %d sites and %d passwords cannot be decrypted", cookies, len(sites), passwords))
	}
	return ctx.Err()
}

// cookiesCarryHost: from schema 24 on, what is encrypted begins with the hash of the host.
func cookiesCarryHost(ctx context.Context, file string) bool {
	hashed := true
	eachRow(ctx, file, "select value from meta where key = 'version'", func(scan func(...any) error) error {
		var version string
		if err := scan(&version); err != nil {
			return err
		}
		n, err := strconv.Atoi(version)
		hashed = err != nil || n >= 24
		return nil
	})
	return hashed
}

func opensCookie(host string, value []byte, hashed bool) bool {
	plain, ok := basicDecrypt(value)
	if !ok || !hashed {
		return ok
	}
	want := sha256.Sum256([]byte(host))
	return bytes.HasPrefix(plain, want[:])
}

// basicCipher is what --password-store=basic encrypts with: the same on every machine
// (components/os_crypt/sync/os_crypt_linux.cc).
var basicCipher = func() cipher.Block {
	key, err := pbkdf2.Key(sha1.New, "peanuts", []byte("saltysalt"), 1, 16)
	if err != nil {
		panic(err) // only for a key shorter than FIPS 140 wants, in that mode of Go
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // not for 16 bytes
	}
	return block
}()

// basicDecrypt opens a value of --password-store=basic: "v10", then AES-CBC with an IV of blanks and PKCS#7 padding.
func basicDecrypt(value []byte) ([]byte, bool) {
	sealed, ok := bytes.CutPrefix(value, []byte("v10"))
	if !ok || len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, false
	}
	plain := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(basicCipher, bytes.Repeat([]byte{' '}, aes.BlockSize)).CryptBlocks(plain, sealed)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize || !bytes.Equal(plain[len(plain)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, false
	}
	return plain[:len(plain)-pad], true
}
