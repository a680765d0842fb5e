// rectify: the command line of Rectify for operators and integrators.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "services/cli/commands.h"
#include "services/cli/completion.h"

namespace {

void AddGlobalOptions(CLI::App& app, rectify::cli::Session& session) {
  for (const char* service : rectify::cli::kServices) {
    std::string variable = "RECTIFY_";
    for (const char* c = service; *c != 0; ++c) variable += static_cast<char>(std::toupper(*c));
    app.add_option(std::string("--") + service, session.options.addresses[service],
                   "服务地址 主机:端口")
        ->envname(variable);
  }
  app.add_option("--tls-roots", session.options.tls.root_file,
                 "所信任的根证书文件（PEM）；不填则不加密，仅限本机")
      ->envname("RECTIFY_TLS_ROOTS");
  app.add_option("--tls-cert", session.options.tls.cert_file,
                 "向服务出示的证书文件（PEM），服务要求证书时需要")
      ->envname("RECTIFY_TLS_CERT");
  app.add_option("--tls-key", session.options.tls.key_file, "该证书的私钥文件（PEM）")
      ->envname("RECTIFY_TLS_KEY");
  app.add_option("--token", session.options.token, "访问令牌")->envname("RECTIFY_TOKEN");
  app.add_option("--keys", session.options.keys, "密钥目录（签发令牌、演练）")
      ->envname("RECTIFY_KEYS");
  app.add_option("--clock", session.clock, "模拟时钟 shm:路径")->envname("RECTIFY_CLOCK");
  app.add_option("--district", session.district, "区划代码，6位")
      ->envname("RECTIFY_DISTRICT")
      ->capture_default_str();
  app.add_flag("--json", session.json, "输出 JSON");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  rectify::cli::Session session;
  CLI::App app("Rectify 整改：火灾隐患整改跟踪");
  app.name("rectify");
  app.require_subcommand(1);
  app.fallthrough();
  AddGlobalOptions(app, session);
  rectify::cli::venue_commands::AddTo(app, session);
  rectify::cli::inspection_commands::AddTo(app, session);
  rectify::cli::campaign_commands::AddTo(app, session);
  rectify::cli::order_commands::AddTo(app, session);
  rectify::cli::seal_commands::AddTo(app, session);
  rectify::cli::deadline_commands::AddTo(app, session);
  rectify::cli::calendar_commands::AddTo(app, session);
  rectify::cli::reminder_commands::AddTo(app, session);
  rectify::cli::draw_commands::AddTo(app, session);
  rectify::cli::visit_commands::AddTo(app, session);
  rectify::cli::lead_commands::AddTo(app, session);
  rectify::cli::evidence_commands::AddTo(app, session);
  rectify::cli::major_hazard_commands::AddTo(app, session);
  rectify::cli::referral_commands::AddTo(app, session);
  rectify::cli::trail_command::AddTo(app, session);
  rectify::cli::replay_command::AddTo(app, session);
  rectify::cli::report_command::AddTo(app, session);
  rectify::cli::access_commands::AddTo(app, session);
  rectify::cli::AddCompletionCommand(app, session);

  CLI11_PARSE(app, argc, argv);
  session.connection = std::make_unique<rectify::cli::Connection>(session.options);
  const absl::Status status = session.run();
  if (status.ok()) return 0;
  std::fputs(rectify::cli::ErrorText(status).c_str(), stderr);
  return 1;
}
