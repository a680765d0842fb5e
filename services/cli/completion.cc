#include "services/cli/completion.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rectify::cli {
namespace {

// One line of the script's table per command: "venue list" → its subcommands and options.
void AddCases(const CLI::App& command, const std::string& path, std::string& cases) {
  std::vector<std::string> words;
  for (const CLI::App* sub : command.get_subcommands({})) words.push_back(sub->get_name());
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  absl::StrAppend(&cases, "    '", path, "') words='", absl::StrJoin(words, " "), "' ;;\n");
  for (const CLI::App* sub : command.get_subcommands({})) {
    AddCases(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), cases);
  }
}

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  std::string cases;
  AddCases(app, "", cases);
  return absl::StrCat(R"(# bash completion of rectify:  source <(rectify completion)
_rectify() {
  local word path= words= current=${COMP_WORDS[COMP_CWORD]}
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* || $word == */* || $word == *.* ]] || path="${path:+$path }$word"
  done
  case $path in
)",
                      cases, R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _rectify rectify
)");
}

void AddCompletionCommand(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("completion", "输出 bash 补全脚本");
  command->callback([&app, &session] {
    session.run = [&app] {
      std::cout << BashCompletion(app);
      return absl::OkStatus();
    };
  });
}

}  // namespace rectify::cli
