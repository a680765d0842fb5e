// The groups of commands. Each is a namespace: many have a List, a Get and a Print of their own.
#pragma once

#include <CLI/CLI.hpp>

#include "services/cli/session.h"

namespace rectify::cli {

// clang-format off
namespace access_commands { void AddTo(CLI::App& app, Session& session); }              // token, keys, clock, call
namespace venue_commands { void AddTo(CLI::App& app, Session& session); }               // venue, building, officer
namespace inspection_commands { void AddTo(CLI::App& app, Session& session); }          // inspection, finding
namespace campaign_commands { void AddTo(CLI::App& app, Session& session); }            // campaign, task, selfcheck
namespace lead_commands { void AddTo(CLI::App& app, Session& session); }                // lead
namespace evidence_commands { void AddTo(CLI::App& app, Session& session); }            // evidence
namespace major_hazard_commands { void AddTo(CLI::App& app, Session& session); }        // major
namespace referral_commands { void AddTo(CLI::App& app, Session& session); }            // referral
namespace order_commands { void AddTo(CLI::App& app, Session& session); }               // order
namespace order_life_commands { void AddTo(CLI::App& order, Session& session); }        // turns of order
namespace seal_commands { void AddTo(CLI::App& app, Session& session); }                // seal
namespace deadline_commands { void AddTo(CLI::App& app, Session& session); }            // deadline, queue
namespace calendar_commands { void AddTo(CLI::App& app, Session& session); }            // calendar
namespace reminder_commands { void AddTo(CLI::App& app, Session& session); }            // reminder
namespace reminder_gate_commands { void AddTo(CLI::App& reminder, Session& session); }  // holds of reminder
namespace draw_commands { void AddTo(CLI::App& app, Session& session); }                // draw
namespace visit_commands { void AddTo(CLI::App& app, Session& session); }               // visit
namespace trail_command { void AddTo(CLI::App& app, Session& session); }                // trail
namespace replay_command { void AddTo(CLI::App& app, Session& session); }               // replay
namespace report_command { void AddTo(CLI::App& app, Session& session); }               // report
// clang-format on

}  // namespace rectify::cli
