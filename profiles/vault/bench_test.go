package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"valise/internal/testenv"
)

// BenchmarkSync sends 200 objects of 20 kB to an empty place, and fetches them into an empty vault.
func BenchmarkSync(b *testing.B) {
	source := newVault(b)
	for range 200 {
		addSnapshot(b, source, 20_000)
	}
	server := testenv.S3(b)
	count := 0
	for name, place := range map[string]func() Store{
		"folder": func() Store { return newFolder(b) },
		"S3": func() Store {
			count++
			s, err := NewS3(
				Location{Bucket: server.Bucket, Prefix: fmt.Sprint(count), Endpoint: server.Endpoint, Region: server.Region},
				Credentials{AccessKey: server.AccessKey, SecretKey: server.SecretKey})
			if err != nil {
				b.Fatal(err)
			}
			return s
		},
	} {
		b.Run("out/"+name, func(b *testing.B) {
			for b.Loop() {
				connect(b, source, place())
				if moved := mustSync(b, source); moved.Sent != 200 {
					b.Fatalf("it moved %+v", moved)
				}
			}
		})
		b.Run("in/"+name, func(b *testing.B) {
			s := place()
			connect(b, source, s)
			mustSync(b, source)
			for b.Loop() {
				target := newVault(b)
				connect(b, target, s)
				if moved := mustSync(b, target); moved.Fetched != 200 {
					b.Fatalf("it moved %+v", moved)
				}
			}
		})
		b.Run("nothing/"+name, func(b *testing.B) {
			connect(b, source, place())
			mustSync(b, source)
			for b.Loop() {
				mustSync(b, source)
			}
		})
	}
}

// BenchmarkList lists a vault of 2,000 objects, and counts those of them that wait.
func BenchmarkList(b *testing.B) {
	v := newVault(b)
	connect(b, v, newFolder(b))
	for range 100 {
		profile := newID()
		if err := os.MkdirAll(filepath.Join(v.local.dir, "profiles", profile.String()), 0o700); err != nil {
			b.Fatal(err)
		}
		for range 20 {
			if err := os.WriteFile(v.local.path(SnapshotName(profile, newID())), nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("list", func(b *testing.B) {
		for b.Loop() {
			if n := len(here(b, v)); n != 2000 {
				b.Fatalf("%d objects", n)
			}
		}
	})
	b.Run("waiting", func(b *testing.B) {
		for b.Loop() {
			if n, _, err := v.Waiting(); n != 2000 || err != nil {
				b.Fatalf("%d objects, %v", n, err)
			}
		}
	})
}
