package list

import (
	"valise/profiles"
	"valise/ui/parts"
)

// State is the word on a line's chip and the colour it is said in.
func State(e Entry) (string, parts.Tone) {
	stage := profiles.Stage("")
	if s := e.Session(); s != nil {
		stage = s.Stage
	}
	p := e.Profile
	switch {
	case stage == profiles.StageRestoring || stage == profiles.StageStarting:
		return "opening…", parts.Busy
	case stage == profiles.StageClosing:
		return "closing…", parts.Busy
	case stage == profiles.StageSaving:
		return "saving…", parts.Busy
	case e.Throwaway != nil:
		return "throwaway", parts.Warn
	case stage != "" && e.Session().TakenOver != "":
		return "open twice", parts.Warn
	case stage != "" && e.Session().Engine != "":
		return "open on " + e.Session().Engine, parts.Good
	case p.State == profiles.StateOpening:
		return "opening…", parts.Busy
	case p.State == profiles.StateSaving:
		return "saving…", parts.Busy
	case p.State == profiles.StateOpen:
		return "open", parts.Good
	case p.State == profiles.StateElsewhere:
		return "open on " + p.Elsewhere.Device, parts.Warn
	case p.State == profiles.StateDamaged:
		return "damaged", parts.Bad
	case p.State == profiles.StateTrashed:
		return "in the trash", parts.Quiet
	case p.Aside != nil:
		return "asks", parts.Warn
	case p.Where == profiles.Waiting:
		return "waiting", parts.Warn
	default:
		return "saved", parts.Quiet
	}
}

// BusyWord says what a session is doing while the person waits for it; empty while there is nothing to wait for.
func BusyWord(e Entry) string {
	s := e.Session()
	if s == nil {
		return ""
	}
	switch s.Stage {
	case profiles.StageRestoring:
		return "Unpacking…"
	case profiles.StageStarting:
		return "Starting the browser…"
	case profiles.StageClosing:
		return "Closing the browser…"
	case profiles.StageSaving:
		return "Saving…"
	default:
		return ""
	}
}
