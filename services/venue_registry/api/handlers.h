// Registration of the rpcs, one function per group. `context` outlives the host's server.
#pragma once

#include <memory>

#include "services/venue_registry/api/context.h"

namespace rectify::venue::api {

void RegisterVenues(const std::shared_ptr<Context>& context);
void RegisterDirectory(const std::shared_ptr<Context>& context);
void RegisterDuplicates(const std::shared_ptr<Context>& context);
void RegisterExport(const std::shared_ptr<Context>& context);
void RegisterBuildings(const std::shared_ptr<Context>& context);
void RegisterUnits(const std::shared_ptr<Context>& context);
void RegisterDesks(const std::shared_ptr<Context>& context);
void RegisterOfficers(const std::shared_ptr<Context>& context);
void RegisterReveal(const std::shared_ptr<Context>& context);
// `batch_rows`: rows written in one transaction.
void RegisterImport(const std::shared_ptr<Context>& context, size_t batch_rows);

}  // namespace rectify::venue::api
