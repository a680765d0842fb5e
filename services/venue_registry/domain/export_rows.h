// Venues as rows of a file that ImportVenues reads again.
#pragma once

#include <string>

#include "services/venue_registry/domain/venue.h"

namespace rectify::venue::domain {

// The byte order mark, by which spreadsheets know UTF-8, and the header, with all columns of an
// import. Lines end with CR LF (RFC 4180).
std::string ExportHeader();

// One line. Persons are masked: an import of it finds the venue and leaves them as they are. Only
// the first person of each role has columns. An external id with a semicolon has no form in the
// file and is left out, which an import takes as no change.
std::string ExportLine(const Venue& venue);

}  // namespace rectify::venue::domain
