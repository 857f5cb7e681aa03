package main

import (
	"fmt"
	"slices"
	"strconv"
)

// results are the samples of all rounds, by step and tool.
type results struct {
	samples map[step]map[string][]sample
}

func newResults() *results { return &results{map[step]map[string][]sample{}} }

func (r *results) add(s step, tool string, found sample) {
	if r.samples[s] == nil {
		r.samples[s] = map[string][]sample{}
	}
	r.samples[s][tool] = append(r.samples[s][tool], found)
}

// What of a sample is compared.
func wall(s sample) float64   { return s.wall }
func within(s sample) float64 { return s.inside }
func cpu(s sample) float64    { return s.cpu }
func peak(s sample) float64   { return float64(s.peak) }
func added(s sample) float64  { return float64(s.added) }

// typical is the median of all rounds.
func (r *results) typical(s step, tool string, of func(sample) float64) float64 {
	var all []float64
	for _, found := range r.samples[s][tool] {
		all = append(all, of(found))
	}
	return median(all)
}

// ratio is the median of what each round gave: Valise's figure by the other one's, which was measured right beside it.
func (r *results) ratio(s step, tool string, of func(sample) float64) (float64, bool) {
	return r.ratioBy(s, tool, of, of)
}

// against is the ratio to another tool, or to the limit: that knows no start of a process, so Valise's is not counted then.
func (r *results) against(s step, tool string, of func(sample) float64) (float64, bool) {
	if tool == limit {
		return r.ratioBy(s, tool, within, wall)
	}
	return r.ratio(s, tool, of)
}

func (r *results) ratioBy(s step, tool string, ours, theirs func(sample) float64) (float64, bool) {
	var all []float64
	a, b := r.samples[s][valise], r.samples[s][tool]
	for i := range min(len(a), len(b)) {
		if y := theirs(b[i]); y > 0 {
			all = append(all, ours(a[i])/y)
		}
	}
	return median(all), len(all) > 0
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	if n := len(all); n%2 == 0 {
		return (all[n/2-1] + all[n/2]) / 2
	}
	return all[len(all)/2]
}

// aims are the goals that a comparison is held against: what a step takes, by what another tool takes for it.
var aims = []struct {
	s    step
	than string
	of   func(sample) float64
	what string
	most float64
}{
	{second, restic, wall, "time", 0.10},
	{second, restic, added, "bytes added", 0.10},
	{first, restic, wall, "time", 0.25},
	{first, piped, wall, "time", 1},
	{first, piped, added, "bytes", 1},
	{restoring, restic, wall, "time", 0.25},
	{restoring, tar, wall, "time", 1.5},
	{first, limit, wall, "time", 1.3},
	{second, limit, wall, "time", 1.3},
	{restoring, limit, wall, "time", 1.3},
	{unchanged, walking, wall, "time", 1.2},
}

// compared prints the tables of one comparison, and holds it against the aims.
func (o *report) compared(tree string, inBucket bool, r *results) {
	where, to := "to a folder", tree+", folder"
	if inBucket {
		where, to = "to S3", tree+", S3"
	}
	for _, s := range steps {
		o.step(s, where, inBucket, r)
	}
	if !inBucket {
		o.stages(r)
	}
	for _, a := range aims {
		if is, ok := r.against(a.s, a.than, a.of); ok {
			o.goal(fmt.Sprintf("%s: %s, %s by that of %s", to, a.s, a.what, a.than), a.most, is, factor)
		}
	}
	// Two short programs are alike in that both have to be started: in a Valise that runs already there is no such start.
	if is, ok := r.ratioBy(unchanged, walking, within, within); ok {
		o.goal(to+": "+string(unchanged)+", the same without the start of the processes", 1.2, is, factor)
	}
}

// step is the table of one step.
func (o *report) step(s step, where string, inBucket bool, r *results) {
	head := []string{string(s) + " " + where, "time", "CPU", "peak"}
	if s == restoring {
		head[0] = string(s)
		if inBucket {
			head[0] += " from S3, on another computer"
		}
	} else {
		head = append(head, "bytes added", "objects in all")
	}
	if inBucket {
		head = append(head, "requests")
	}
	head = append(head, "Valise by it: time", "CPU")
	if s == first || s == second {
		head = append(head, "bytes")
	}
	t := table{head}
	for _, tool := range []string{valise, restic, borg, piped, tar, walking, limit} {
		found := r.samples[s][tool]
		if len(found) == 0 {
			continue
		}
		row := []string{tool, seconds(r.typical(s, tool, wall)), seconds(r.typical(s, tool, cpu)), memory(int64(r.typical(s, tool, peak)))}
		if tool == limit {
			row[2], row[3] = "", ""
		}
		if s != restoring {
			if tool == limit || tool == walking {
				row = append(row, "", "")
			} else {
				row = append(row, size(int64(r.typical(s, tool, added))), strconv.Itoa(found[len(found)-1].objects))
			}
		}
		if inBucket {
			row = append(row, strconv.FormatInt(found[len(found)-1].requests, 10))
		}
		times, work, bytes := "", "", ""
		if tool != valise {
			if by, ok := r.against(s, tool, wall); ok {
				times = factor(by)
			}
			if by, ok := r.ratio(s, tool, cpu); ok {
				work = factor(by)
			}
			if by, ok := r.ratio(s, tool, added); ok {
				bytes = factor(by)
			}
		}
		row = append(row, times, work)
		if s == first || s == second {
			row = append(row, bytes)
		}
		t = append(t, row)
		if tool == valise || tool == walking {
			inside := make([]string, len(row))
			inside[0], inside[1] = "– without the start of its process", seconds(r.typical(s, tool, within))
			if tool == walking {
				if by, ok := r.ratioBy(s, tool, within, within); ok {
					inside[len(row)-2] = factor(by)
				}
			}
			t = append(t, inside)
		}
	}
	o.table(t)
}

// stages is where the time of the limit goes.
func (o *report) stages(r *results) {
	t := table{{"the limit, on one core", "walk", "read", "hash", "compress", "seal", "write", "all, on two cores"}}
	for _, s := range []step{first, second, restoring} {
		if len(r.samples[s][limit]) == 0 {
			continue
		}
		row := []string{string(s)}
		if s == restoring {
			row[0] += " (read, open, decompress, write)"
		}
		for _, stage := range []string{"Walk", "Read", "Hash", "Compress", "Seal", "Write"} {
			row = append(row, milliseconds(r.typical(s, limit, func(x sample) float64 { return x.stages[stage] })))
		}
		t = append(t, append(row, milliseconds(r.typical(s, limit, wall))))
	}
	o.table(t)
}
