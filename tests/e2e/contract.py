"""Calls by the contract's descriptors, with errors decoded to what the contract promises of them."""

import pathlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from system import BUILD


class Contract:
    def __init__(self, path=BUILD / "proto/contracts.binpb"):
        files = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self._pool.Add(file)
        self._services = [f"{file.package}.{service.name}" for file in files.file
                          for service in file.service if file.package.startswith("rectify.")]

    def message(self, name):
        descriptor = self._pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self._pool).GetPrototype(descriptor)

    def services(self):
        """The descriptors of all services of Rectify's own."""
        return [self._pool.FindServiceByName(name) for name in self._services]

    def values(self, enum):
        """The names of an enum's values by number, without the one that is never sent."""
        values = self._pool.FindEnumTypeByName(enum).values
        return {value.number: value.name for value in values if value.number != 0}

    def option(self, descriptor, extension):
        """The value of an option of the contract's own, such as `rectify.authz.v1.rule`."""
        options = descriptor.GetOptions()
        # Read again by classes that know the extensions.
        known = self.message(options.DESCRIPTOR.full_name).FromString(options.SerializeToString())
        return known.Extensions[self._pool.FindExtensionByName(extension)]

    def method(self, name):
        """(path, request class, response class) of `package.Service.Method`."""
        service, _, method = name.rpartition(".")
        found = self._pool.FindServiceByName(service).methods_by_name[method]
        return (f"/{service}/{method}", self.message(found.input_type.full_name),
                self.message(found.output_type.full_name))


class RpcError(Exception):
    """A failed call: canonical code name, reason, metadata and (field, text) of each violation."""

    def __init__(self, code, message, reason, metadata, fields):
        super().__init__(f"{code} {reason} {message} {metadata} {fields}")
        self.code = code
        self.message = message
        self.reason = reason
        self.metadata = metadata
        self.fields = fields

    @property
    def paths(self):
        return [field for field, _ in self.fields]


def service_of(method):
    """`venue` of `rectify.venue.v1.VenueRegistry.GetVenue`."""
    return method.split(".")[1]


def believing(roots, certificate=None, key=None):
    """Credentials of a channel from PEM files; None without roots."""
    read = [pathlib.Path(file).read_bytes() if file else None for file in (roots, key, certificate)]
    return grpc.ssl_channel_credentials(*read) if roots else None


class Client:
    """Blocking calls to the services of one system as one caller.

    `tls`: credentials of a channel; without them it speaks in the clear."""

    # In the descriptors once, for all clients.
    contract = None

    def __init__(self, addresses, token, tls=None):
        if Client.contract is None:
            Client.contract = Contract()
        options = [("grpc.enable_http_proxy", 0), ("grpc.max_send_message_length", -1),
                   ("grpc.initial_reconnect_backoff_ms", 100),
                   ("grpc.max_reconnect_backoff_ms", 1000)]
        self._channels = {
            service: grpc.secure_channel(address, tls, options) if tls
            else grpc.insecure_channel(address, options)
            for service, address in addresses.items()}
        self._metadata = [("authorization", f"Bearer {token}")] if token else []

    def close(self):
        for channel in self._channels.values():
            channel.close()

    def call(self, method, request=None, service=None, language="zh-CN"):
        """The response as a dict with the contract's field names. RpcError when it failed.

        `service`: which one to ask, for methods that all services have."""
        return self.call_bytes(method, self.encode(method, request), service, language)

    def encode(self, method, request=None):
        _, request_class, _ = self.contract.method(method)
        return json_format.ParseDict(request or {}, request_class()).SerializeToString()

    def call_bytes(self, method, data, service=None, language="zh-CN", timeout=30):
        """Like call, with the request's bytes as they are: also such that are no message."""
        path, _, response_class = self.contract.method(method)
        channel = self._channels[service or service_of(method)]
        stub = channel.unary_unary(path, None, response_class.FromString)
        try:
            response = stub(data, timeout=timeout,
                            metadata=self._metadata + [("accept-language", language)])
        except grpc.RpcError as error:
            raise self._decode(error) from None
        return json_format.MessageToDict(response, preserving_proto_field_name=True)

    def stream(self, method, requests):
        """All responses of a streaming call as dicts."""
        _, request_class, _ = self.contract.method(method)
        return self.stream_bytes(method, (request_class(**request).SerializeToString()
                                          for request in requests))

    def stream_bytes(self, method, requests, service=None):
        """Like stream, with the requests' bytes as they are."""
        path, _, response_class = self.contract.method(method)
        channel = self._channels[service or service_of(method)]
        stub = channel.stream_stream(path, None, response_class.FromString)
        try:
            return [json_format.MessageToDict(response, preserving_proto_field_name=True)
                    for response in stub(iter(requests), timeout=30, metadata=self._metadata)]
        except grpc.RpcError as error:
            raise self._decode(error) from None

    def message(self, name):
        return self.contract.message(name)

    def _decode(self, error):
        details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
        status = self.message("google.rpc.Status").FromString(details)
        reason, metadata, fields = "", {}, []
        for detail in status.details:
            if detail.type_url.endswith("/google.rpc.ErrorInfo"):
                info = self.message("google.rpc.ErrorInfo").FromString(detail.value)
                reason, metadata = info.reason, dict(info.metadata)
            elif detail.type_url.endswith("/google.rpc.BadRequest"):
                bad = self.message("google.rpc.BadRequest").FromString(detail.value)
                fields = [(violation.field, violation.description)
                          for violation in bad.field_violations]
        return RpcError(error.code().name, error.details(), reason, metadata, fields)
