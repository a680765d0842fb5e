// The grid platform (网格平台, 数字城管): its records become leads, and it reads back in its own
// terms where they stand. A grid worker's record is a lead, never an inspection.
//
//   POST /grid/{district}/synRecStatInfo    application/x-www-form-urlencoded:
//        data=[{"rec_id":22015,"event_desc":"…","address":"…",…},…]&senderCode=120110
//        `senderCode` is the district. At most 500 records. Which fields are taken, a mapping says.
//        The same record again is answered with its lead; with another content it is a conflict.
//        {"code":0,"message":"接收2条，未接收0条","received":2,"refused":0,"ignored":61,"records":[
//          {"rec_id":"22015","lead":"districts/120110/leads/…"},
//          {"rec_id":"22016","error":{"code":409,"reason":"ALREADY_EXISTS","field":"rec_id",
//           "message":"…"}}]}
//        `code`: 0 all received; 1 some were not, `error` tells which (`code` as an HTTP status).
//        `ignored`: fields of all records that nothing here takes. After 503 or 504, of one record
//        or of the whole, the same is sent again.
//
//   GET /grid/{district}/recStatInfo        the caller's records, newest first, and where they
//        stand: a page of at most 500. `after=2019-08-30 11:59:12`: only those that came to where
//        they stand at or after that local time; `rec_id`: only this one; `page`: the last
//        answer's `next`. A page may be short or empty and still have a next one.
//        {"code":0,"message":"1条","data":[{"rec_id":22015,"event_state_id":3,
//          "event_state_name":"任务派遣","inst_num":1,"archive_num":0,…}],"next":"…"}
//        Who polls asks again from a minute before the latest operate_time it has seen.
//
// An error as a whole: {"code":400,"message":"data：…"}, with `code` as the HTTP status.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/gateway/adapters/lead/adapter.h"

namespace rectify::gateway {

// `mapping_file`: protobuf text (rectify.gateway.v1.GridMapping); empty: the built-in one.
absl::StatusOr<std::unique_ptr<Adapter>> MakeGrid(const std::string& mapping_file);

}  // namespace rectify::gateway
