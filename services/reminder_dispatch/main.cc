// rectify-reminder-dispatch: plans reminders from the clocks' events and brings them out by mail,
// webhook and letter.
#include <CLI/CLI.hpp>

#include "services/reminder_dispatch/service.h"

int main(int argc, char** argv) {
  rectify::reminder::ReminderConfig config;
  return rectify::service::Main(
      argc, argv, "reminder", rectify::reminder::Migrations(),
      [&](CLI::App& app) {
        app.add_option("--policy", config.policy_file,
                       "Reminder ladders, protobuf text; default: the built-in ones");
        app.add_option("--smtp", config.smtp, "Mail server, smtp://host:port; empty: letters")
            ->envname("RECTIFY_SMTP");
        app.add_option("--mail-from", config.mail_from, "Sender of mails")
            ->envname("RECTIFY_MAIL_FROM")
            ->capture_default_str();
        app.add_option("--file-outbox", config.file_outbox, "Folder of letters")
            ->envname("RECTIFY_FILE_OUTBOX");
        app.add_option("--webhook-secret-file", config.webhook_secret_file,
                       "File with whsec_BASE64; empty: letters")
            ->envname("RECTIFY_WEBHOOK_SECRET_FILE");
        app.add_option("--webhook-allow", config.webhook_allow,
                       "Where webhooks may go, CIDR or host with an optional port, for example "
                       "10.1.0.0/16 or 127.0.0.1/32:7003 (repeatable); nothing else is called")
            ->envname("RECTIFY_WEBHOOK_ALLOW")
            ->delimiter(',');
        app.add_option("--channels", config.channels_file,
                       "WeCom robots and short messages, protobuf text")
            ->envname("RECTIFY_CHANNELS");
      },
      [&](rectify::service::Host& host) {
        return rectify::reminder::RegisterReminder(host, config);
      });
}
