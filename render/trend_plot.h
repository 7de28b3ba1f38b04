#pragma once

#include <string>
#include <vector>

// A number from run to run as a picture: points with what they are on hover, the level of each stretch, and a mark where the
// level changed. Inline SVG for a page's section; its colours are the page's (assets/page.css), no scripts.
namespace render {

struct TrendLine {
  struct Point {
    double value = 0;
    std::string label;    // commit or run, under the axis and on hover
    bool is_odd = false;  // a run that was called bad
  };
  struct Step {
    size_t index = 0;  // the first point of the new level
    double before = 0, after = 0;
    std::string label;
  };
  std::string name;
  std::string unit;
  std::vector<Point> points;
  std::vector<Step> steps;  // in order
};

std::string TrendPlot(const TrendLine& line);

}  // namespace render
