package snapshot

import (
	"os"
	"path"
	"sync"
)

// maxFolders is how many directories are kept open while files are made in them.
const maxFolders = 64

// folders keeps directories below root open, so that making a file takes no way through all of its path. Neither a path
// nor what else happens there leads out: directories are opened by os.Root, and files by a single name in them.
type folders struct {
	root *os.Root

	mu   sync.Mutex
	open map[string]*sharedFolder
}

type sharedFolder struct {
	*folder
	users int
}

// use opens the directory that the entry at path lies in; done must be called after use.
func (f *folders) use(at string) (in *folder, name string, done func(), err error) {
	dir, name := path.Dir(at), path.Base(at)
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.open[dir]
	if s == nil {
		opened, err := openFolder(f.root, dir)
		if err != nil {
			return nil, "", nil, err
		}
		f.makeRoom()
		s = &sharedFolder{folder: opened}
		f.open[dir] = s
	}
	s.users++
	return s.folder, name, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		s.users--
	}, nil
}

// makeRoom closes some directory that nobody uses, if there are many.
func (f *folders) makeRoom() {
	for dir, s := range f.open {
		if len(f.open) < maxFolders {
			return
		}
		if s.users == 0 {
			s.Close()
			delete(f.open, dir)
		}
	}
}

func (f *folders) close() {
	for dir, s := range f.open {
		s.Close()
		delete(f.open, dir)
	}
}
