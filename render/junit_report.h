#pragma once

#include <string>

#include "model/report.h"

namespace render {

// Every check as a test case of one suite, in the XML that Jenkins, GitLab and GitHub actions read: broken ones with
// severity "fail" have a <failure>, warnings a <system-out>, what could not be judged is an <error> of its own case.
std::string JunitReport(const model::Report& report);

}  // namespace render
