#include "tests/chaos/proxy/control.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace rectify::chaos {
namespace {

absl::Status Unknown(const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat("not understood: ", what));
}

absl::StatusOr<std::vector<Direction>> ParseDirections(const std::string& word) {
  if (word == "up") return std::vector<Direction>{kUp};
  if (word == "down") return std::vector<Direction>{kDown};
  if (word == "both") return std::vector<Direction>{kUp, kDown};
  return Unknown(word);
}

// words: SHAPE [AMOUNT [JITTER]]
absl::StatusOr<Shape> ParseShape(const std::vector<std::string>& words) {
  static const auto* const kinds =
      new std::map<std::string, std::pair<Shape::Kind, std::pair<size_t, size_t>>>{
          {"pass", {Shape::Kind::kPass, {1, 1}}},   {"delay", {Shape::Kind::kDelay, {2, 3}}},
          {"stall", {Shape::Kind::kStall, {1, 1}}}, {"drop", {Shape::Kind::kDrop, {1, 1}}},
          {"cut", {Shape::Kind::kCut, {2, 2}}},     {"throttle", {Shape::Kind::kThrottle, {2, 2}}}};
  const auto kind = kinds->find(words[0]);
  if (kind == kinds->end()) return Unknown(words[0]);
  const auto [fewest, most] = kind->second.second;
  if (words.size() < fewest || words.size() > most) return Unknown(words[0]);
  Shape shape{kind->second.first};
  if (words.size() > 1 && (!absl::SimpleAtoi(words[1], &shape.amount) || shape.amount < 0)) {
    return Unknown(words[1]);
  }
  if (words.size() > 2 && (!absl::SimpleAtoi(words[2], &shape.jitter) || shape.jitter < 0)) {
    return Unknown(words[2]);
  }
  if (shape.kind == Shape::Kind::kThrottle && shape.amount == 0) return Unknown(words[1]);
  return shape;
}

}  // namespace

std::string Control::Answer(const std::string& line) {
  const absl::StatusOr<std::string> answer = Execute(absl::StrSplit(line, ' ', absl::SkipEmpty()));
  if (!answer.ok()) return absl::StrCat("error ", std::string(answer.status().message()), "\n");
  return answer->empty() ? "ok\n" : absl::StrCat("ok ", *answer, "\n");
}

absl::StatusOr<std::string> Control::Execute(const Words& words) {
  if (words.size() < 2) return Unknown("too few words");
  const std::string &verb = words[0], &name = words[1];
  if (verb == "link") return AddLink(words);
  if (verb == "heal" && name == "*") {
    for (const auto& [link_name, link] : links_) {
      if (absl::Status status = link->Heal(); !status.ok()) return status;
    }
    return "";
  }
  absl::StatusOr<Link*> link = Find(name);
  if (!link.ok()) return link.status();
  absl::Status done;
  if (verb == "set" && words.size() >= 4) {
    done = SetShape(**link, words);
  } else if (verb == "refuse") {
    (*link)->Refuse();
  } else if (verb == "reset") {
    (*link)->Reset();
  } else if (verb == "half-close" && words.size() == 3 &&
             (words[2] == "up" || words[2] == "down")) {
    (*link)->HalfClose(words[2] == "up" ? kUp : kDown);
  } else if (verb == "heal") {
    done = (*link)->Heal();
  } else if (verb == "connections") {
    return absl::StrCat((*link)->connections());
  } else {
    done = Unknown(verb);
  }
  if (!done.ok()) return done;
  return "";
}

absl::StatusOr<std::string> Control::AddLink(const Words& words) {
  int port = 0;
  if (words.size() < 4 || !absl::SimpleAtoi(words[2], &port)) return Unknown("link");
  if (links_.contains(words[1])) return absl::AlreadyExistsError(words[1]);
  auto link = std::make_unique<Link>(loop_, Words(words.begin() + 3, words.end()),
                                     static_cast<uint32_t>(links_.size() + 1));
  absl::StatusOr<int> listening = link->Listen(port);
  if (!listening.ok()) return listening.status();
  links_[words[1]] = std::move(link);
  return absl::StrCat(*listening);
}

// words: set NAME DIRECTION SHAPE…
absl::Status Control::SetShape(Link& link, const Words& words) {
  const absl::StatusOr<std::vector<Direction>> directions = ParseDirections(words[2]);
  if (!directions.ok()) return directions.status();
  const absl::StatusOr<Shape> shape = ParseShape(Words(words.begin() + 3, words.end()));
  if (!shape.ok()) return shape.status();
  for (const Direction direction : *directions) link.SetShape(direction, *shape);
  return absl::OkStatus();
}

absl::StatusOr<Link*> Control::Find(const std::string& name) {
  const auto found = links_.find(name);
  if (found == links_.end()) return absl::NotFoundError(absl::StrCat("no link ", name));
  return found->second.get();
}

}  // namespace rectify::chaos
