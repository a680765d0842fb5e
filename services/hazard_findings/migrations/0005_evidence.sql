-- What the files of the evidence are about; the files themselves lie in a folder, by their hash. Old
-- code does not know the table.

create table evidence (
  district text not null,
  id uuid not null,
  subject text not null,         -- resource name
  media_type text not null,
  sha256 text not null,          -- also the name of the file
  size_bytes bigint not null,
  capture_time timestamptz not null,
  device text not null,
  description text not null,
  uploader text not null,
  upload_time timestamptz not null,
  constraint evidence_district_id_pk primary key (district, id)
);
create index evidence_district_upload_time_id on evidence (district, upload_time, id);
create index evidence_district_subject on evidence (district, subject, upload_time, id);
create index evidence_district_sha256 on evidence (district, sha256, upload_time, id);
