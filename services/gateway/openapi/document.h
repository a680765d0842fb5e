// The OpenAPI 3.1 document of a route table: what the contracts say, in the form that client
// generators read.
#pragma once

#include <string>

#include "services/gateway/openapi/schemas.h"
#include "services/gateway/routes/route_table.h"

namespace rectify::gateway {

Json OpenApiDocument(const RouteTable& routes);

// The document as a page to read, complete in itself: it works without any network.
std::string ReferencePage(const Json& document);

// The path as OpenAPI writes it, each wildcard a parameter of its own:
// "/v1/{name=districts/*/venues/*}:close" → "/v1/districts/{districtId}/venues/{venueId}:close".
std::string OpenApiPath(const PathTemplate& path);

}  // namespace rectify::gateway
