#include "analysis/deadlock/knowledge.h"

#include <doctest/doctest.h>

#include "model/input_error.h"

using namespace analysis::deadlock;

TEST_CASE("a pattern's # stands for a number of any length, and for nothing else") {
  CHECK(FitsPattern("lib/v#.(*Pool).get.func#", "lib/v12.(*Pool).get.func3"));
  CHECK_FALSE(FitsPattern("lib/v#.(*Pool).get", "lib/v.(*Pool).get"));
  CHECK_FALSE(FitsPattern("lib.get", "lib.getAll"));
  CHECK_FALSE(FitsPattern("lib.getAll", "lib.get"));
}

TEST_CASE("the built-in table tells a pool's queue from the idle loops of the same package") {
  const Knowledge knowledge;
  const KnownWait* queue = knowledge.Find("database/sql.(*DB).conn", "main.query");
  const KnownWait* opener = knowledge.Find("database/sql.(*DB).connectionOpener", "database/sql.(*DB).connectionOpener");
  REQUIRE(queue != nullptr);
  REQUIRE(opener != nullptr);
  CHECK(queue->role == Role::kResource);
  CHECK_FALSE(queue->advice.empty());
  CHECK(opener->role == Role::kIdle);
  CHECK(knowledge.Find("database/sql.(*DB).Begin", "main.query") == nullptr);
}

TEST_CASE("an entry can ask for a start function, and a user's entry goes before the built-in one") {
  Knowledge knowledge;
  knowledge.Add("mine", "# ours\nframe database/sql.(*DB).conn\nstart main.poll#\nis idle\nmeans its turn\n");
  CHECK(knowledge.Find("database/sql.(*DB).conn", "main.poll2")->role == Role::kIdle);
  CHECK(knowledge.Find("database/sql.(*DB).conn", "main.query")->role == Role::kResource);
}

TEST_CASE("what can't be understood in a table is named with its line") {
  const auto error = [](const char* text) {
    try {
      Knowledge().Add("mine", text);
    } catch (const model::InputError& input_error) {
      return std::string(input_error.what());
    }
    return std::string();
  };
  CHECK(error("frame a.b\nis busy\n").find("mine:2:") != std::string::npos);
  CHECK(error("frame a.b\nis busy\n").find("wanted idle, loop, resource, result, outside or open") != std::string::npos);
  CHECK(error("frame a.b\n\nframe c.d\nis idle\n").find("mine:1:") != std::string::npos);
  CHECK(error("is idle\n").find("without a frame") != std::string::npos);
  CHECK(error("frame a.b\nis idle\nsince ever\n").find("mine:3:") != std::string::npos);
  CHECK(error("frame\n").find("mine:1:") != std::string::npos);
}
