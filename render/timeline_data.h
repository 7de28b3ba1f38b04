#pragma once

#include <string>

#include "model/timeline.h"

// The timeline of a page as bytes. assets/page_timeline_data.js reads them back.
//
//   bytes  = json-length:u32le json varint*
//   json   = {"begin": ns, "end": ns, "resolution": ns, "pieces": n, "lost": share, "names": [..],
//             "lanes": [[kind, subject, row, name, spans, marks, arrows], ..], "counters": [[name, unit, points], ..]}
//   varint = for each lane in turn
//              its spans: begin minus the end of the one before; length; flags (1 began before, 2 open, 4 merged); name;
//              site;
//                subject, zigzag; where merged: covered, longest, pieces
//              its marks: time minus the one before, name, text, pieces
//              its arrows: time minus the one before, lane, 1 where the goroutine was made
//            for each counter, its points: time minus the one before's change, change minus time, largest and last, zigzag
namespace render {

std::string TimelineBytes(const model::Timeline& timeline);

}  // namespace render
