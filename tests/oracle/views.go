package main

import (
	"strconv"

	"golang.org/x/exp/trace"
)

// What the views of a trace are sums over, computed with the official reader: times of states, of procs, of tasks and regions,
// of stops of the world, assists and sweeps, and how long goroutines were ready. A state that is first heard of without a cause had been on since the generation's first
// event; one that is on at the end lasts till the last event.
type views struct {
	File       string               `json:"file"`
	Error      string               `json:"error"`
	StateNs    map[string]int64     `json:"state_ns"`
	ReadyCount int64                `json:"ready_count"`
	ReadyMax   int64                `json:"ready_max_ns"`
	Procs      map[string]*procView `json:"procs"`
	Capacity   int64                `json:"capacity_ns"`
	Wasted     int64                `json:"idle_while_ready_ns"`
	Tasks      map[string]*spanView `json:"tasks"`
	Regions    map[string]*spanView `json:"regions"`
	Ranges     map[string]*spanView `json:"ranges"`

	first, synced, last, now trace.Time
	started                  bool
	goroutines               map[trace.GoID]*goroutineView
	procState                map[trace.ProcID]procNow
	ready, busy              int64
	gomaxprocs               int64
	tasks                    map[trace.TaskID]taskView
	regions                  map[trace.GoID][]regionView
	ranges                   map[rangeKey]trace.Time
}

type rangeKey struct {
	name  string
	scope trace.ResourceID
}
type procView struct {
	Running int64 `json:"running_ns"`
	Idle    int64 `json:"idle_ns"`
	Runs    int64 `json:"runs"`
}
type spanView struct {
	Count int64 `json:"count"`
	Total int64 `json:"total_ns"`
}
type goroutineView struct {
	state trace.GoState
	since trace.Time
	proc  trace.ProcID
}
type procNow struct {
	state trace.ProcState
	since trace.Time
}
type taskView struct {
	name  string
	begin trace.Time
}
type regionView struct {
	name  string
	task  trace.TaskID
	begin trace.Time
}

func newViews(file string) *views {
	return &views{
		File: file, StateNs: map[string]int64{}, Procs: map[string]*procView{}, Tasks: map[string]*spanView{}, Regions: map[string]*spanView{},
		Ranges: map[string]*spanView{}, ranges: map[rangeKey]trace.Time{},
		goroutines: map[trace.GoID]*goroutineView{}, procState: map[trace.ProcID]procNow{},
		tasks: map[trace.TaskID]taskView{}, regions: map[trace.GoID][]regionView{},
	}
}

func (v *views) proc(id trace.ProcID) *procView {
	name := strconv.FormatInt(int64(id), 10)
	if v.Procs[name] == nil {
		v.Procs[name] = &procView{}
	}
	return v.Procs[name]
}

func (v *views) closeState(g *goroutineView, end trace.Time) {
	ns := int64(end - g.since)
	v.StateNs[g.state.String()] += ns
	switch g.state {
	case trace.GoRunnable:
		v.ReadyCount++
		v.ReadyMax = max(v.ReadyMax, ns)
	case trace.GoRunning:
		if g.proc != trace.NoProc {
			v.proc(g.proc).Running += ns
			v.proc(g.proc).Runs++
		}
	}
}

func (v *views) closeProc(id trace.ProcID, now procNow, end trace.Time) {
	if now.state == trace.ProcIdle {
		v.proc(id).Idle += int64(end - now.since)
	}
}

func (v *views) goroutine(ev *trace.Event, st trace.StateTransition) {
	id := st.Resource.Goroutine()
	from, to := st.Goroutine()
	g, known := v.goroutines[id]
	if known && g.state == to {
		return // said again
	}
	if known {
		v.closeState(g, ev.Time())
		if g.state == trace.GoRunnable {
			v.ready--
		}
	} else {
		g = &goroutineView{}
		v.goroutines[id] = g
	}
	g.state, g.since, g.proc = to, ev.Time(), ev.Proc()
	if from == trace.GoUndetermined && !known {
		g.since = v.synced
	}
	if to == trace.GoRunnable {
		v.ready++
	}
	if to == trace.GoNotExist {
		delete(v.goroutines, id)
	}
}

func (v *views) transition(ev *trace.Event) {
	st := ev.StateTransition()
	switch st.Resource.Kind {
	case trace.ResourceGoroutine:
		v.goroutine(ev, st)
	case trace.ResourceProc:
		_, to := st.Proc()
		id := st.Resource.Proc()
		now, known := v.procState[id]
		if known && now.state == to {
			return
		}
		v.closeProc(id, now, ev.Time())
		if to == trace.ProcRunning {
			v.busy++
		} else if now.state == trace.ProcRunning {
			v.busy--
		}
		v.procState[id] = procNow{to, ev.Time()}
	}
}

func add(to map[string]*spanView, name string, ns trace.Time) {
	if to[name] == nil {
		to[name] = &spanView{}
	}
	to[name].Count++
	to[name].Total += int64(ns)
}

func (v *views) see(ev *trace.Event) {
	if !v.started {
		v.started, v.first, v.now, v.synced = true, ev.Time(), ev.Time(), ev.Time()
	}
	procs := v.gomaxprocs
	if procs == 0 {
		procs = int64(len(v.procState))
	}
	ns := int64(ev.Time() - v.now)
	v.Capacity += procs * ns
	if free := min(v.ready, procs-v.busy); free > 0 {
		v.Wasted += free * ns
	}
	v.now, v.last = ev.Time(), ev.Time()
	switch ev.Kind() {
	case trace.EventSync:
		v.synced = ev.Time()
	case trace.EventMetric:
		if m := ev.Metric(); m.Name == "/sched/gomaxprocs:threads" {
			v.gomaxprocs = int64(m.Value.Uint64())
		}
	case trace.EventRangeBegin:
		v.ranges[rangeKey{ev.Range().Name, ev.Range().Scope}] = ev.Time()
	case trace.EventRangeActive: // said in each generation
		key := rangeKey{ev.Range().Name, ev.Range().Scope}
		if _, known := v.ranges[key]; !known {
			v.ranges[key] = v.first
		}
	case trace.EventRangeEnd:
		key := rangeKey{ev.Range().Name, ev.Range().Scope}
		if begin, known := v.ranges[key]; known {
			add(v.Ranges, key.name, ev.Time()-begin)
			delete(v.ranges, key)
		}
	case trace.EventStateTransition:
		v.transition(ev)
	case trace.EventTaskBegin:
		v.tasks[ev.Task().ID] = taskView{ev.Task().Type, ev.Time()}
	case trace.EventTaskEnd:
		if t, known := v.tasks[ev.Task().ID]; known {
			add(v.Tasks, t.name, ev.Time()-t.begin)
			delete(v.tasks, ev.Task().ID)
		}
	case trace.EventRegionBegin:
		r := ev.Region()
		v.regions[ev.Goroutine()] = append(v.regions[ev.Goroutine()], regionView{r.Type, r.Task, ev.Time()})
	case trace.EventRegionEnd:
		r := ev.Region()
		open := v.regions[ev.Goroutine()]
		for i := len(open) - 1; i >= 0; i-- {
			if open[i].name == r.Type && open[i].task == r.Task {
				add(v.Regions, r.Type, ev.Time()-open[i].begin)
				v.regions[ev.Goroutine()] = append(open[:i:i], open[i+1:]...)
				break
			}
		}
	}
}

func (v *views) finish() {
	for _, g := range v.goroutines {
		v.closeState(g, v.last)
	}
	for id, now := range v.procState {
		v.closeProc(id, now, v.last)
	}
}
