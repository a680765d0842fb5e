// One rpc as an operation of the document.
#pragma once

#include "services/gateway/openapi/schemas.h"
#include "services/gateway/routes/route_table.h"
#include "services/gateway/sheets/export.h"

namespace rectify::gateway {

Json OperationOf(const Route& route, Schemas& schemas);

// Of a method that has a calendar, at its path with kCalendarSuffix.
Json CalendarOperationOf(const Route& route, Schemas& schemas);

// Of a list, at its path with SuffixOf(form).
Json SheetOperationOf(const Route& route, SheetForm form, Schemas& schemas);

}  // namespace rectify::gateway
