#include "libs/outbound/allow_list.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace rectify::outbound {
namespace {

using ::rectify::testing::HasViolation;
using ::rectify::testing::IsOk;

SocketAddress Address(const std::string& text, int port) {
  sockaddr_in v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<uint16_t>(port));
    return *SocketAddress::From(reinterpret_cast<const sockaddr*>(&v4));
  }
  sockaddr_in6 v6{};
  EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr), 1) << text;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(static_cast<uint16_t>(port));
  return *SocketAddress::From(reinterpret_cast<const sockaddr*>(&v6));
}

AllowList Listed(const std::vector<std::string>& entries) { return *AllowList::Parse(entries); }

TEST(AllowList, RefusesEverythingThatIsNotListed) {
  EXPECT_FALSE(Listed({}).Allows("hooks.example.cn", Address("10.1.2.3", 443)));
  EXPECT_FALSE(Listed({}).Allows("localhost", Address("127.0.0.1", 80)));
}

TEST(AllowList, ARangeMatchesTheRealAddressWhateverTheName) {
  const AllowList list = Listed({"10.1.0.0/16"});
  EXPECT_TRUE(list.Allows("a.example", Address("10.1.255.7", 443)));
  EXPECT_TRUE(list.Allows("b.example", Address("10.1.0.0", 8080)));
  EXPECT_FALSE(list.Allows("a.example", Address("10.2.0.1", 443)));
}

TEST(AllowList, APrefixMayEndWithinAByte) {
  const AllowList list = Listed({"172.16.0.0/12"});
  EXPECT_TRUE(list.Allows("", Address("172.31.255.255", 443)));
  EXPECT_FALSE(list.Allows("", Address("172.32.0.0", 443)));
}

TEST(AllowList, APortNarrowsAnEntry) {
  const AllowList list = Listed({"127.0.0.1/32:7003"});
  EXPECT_TRUE(list.Allows("127.0.0.1", Address("127.0.0.1", 7003)));
  EXPECT_FALSE(list.Allows("127.0.0.1", Address("127.0.0.1", 7004)));
  EXPECT_FALSE(list.Allows("127.0.0.1", Address("127.0.0.2", 7003)));
}

TEST(AllowList, AnAddressAloneIsItself) {
  EXPECT_TRUE(Listed({"10.1.2.3"}).Allows("", Address("10.1.2.3", 1)));
  EXPECT_FALSE(Listed({"10.1.2.3"}).Allows("", Address("10.1.2.4", 1)));
}

TEST(AllowList, Ipv6RangesAndPorts) {
  const AllowList list = Listed({"[fd00:1::/32]:443", "fd00:2::1"});
  EXPECT_TRUE(list.Allows("", Address("fd00:1::9", 443)));
  EXPECT_FALSE(list.Allows("", Address("fd00:1::9", 80)));
  EXPECT_TRUE(list.Allows("", Address("fd00:2::1", 80)));
  EXPECT_FALSE(list.Allows("", Address("fd00:2::2", 80)));
}

TEST(AllowList, AMappedAddressIsTheIpv4AddressItHides) {
  EXPECT_TRUE(Listed({"10.0.0.0/8"}).Allows("", Address("::ffff:10.9.9.9", 443)));
  EXPECT_FALSE(
      Listed({"hooks.example.cn"}).Allows("hooks.example.cn", Address("::ffff:127.0.0.1", 443)));
}

TEST(AllowList, AHostMatchesByNameAndPort) {
  const AllowList list = Listed({"Hooks.Example.cn:443"});
  EXPECT_TRUE(list.Allows("hooks.example.CN", Address("203.0.113.5", 443)));
  EXPECT_FALSE(list.Allows("hooks.example.cn", Address("203.0.113.5", 80)));
  EXPECT_FALSE(list.Allows("other.example.cn", Address("203.0.113.5", 443)));
}

TEST(AllowList, AHostNeverOpensSpecialAddresses) {
  const AllowList list = Listed({"hooks.example.cn"});
  for (const char* special : {"127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "224.0.0.1",
                              "255.255.255.255", "::1", "::", "fe80::1", "ff02::1"}) {
    EXPECT_FALSE(list.Allows("hooks.example.cn", Address(special, 443))) << special;
  }
}

TEST(AllowList, RefusesEntriesItCannotRead) {
  for (const char* wrong :
       {"", "10.1.0.0/33", "10.1.0.0/x", "10.1.0.0/-1", "10.1.0.0:0", "10.1.0.0:70000", "[fd00::/8",
        "host/24", "http://host", "a b", "fd00::/129", "host:"}) {
    EXPECT_THAT(AllowList::Parse({wrong}), HasViolation("--webhook-allow")) << wrong;
  }
  EXPECT_THAT(AllowList::Parse({"0.0.0.0/0", "::/0"}), IsOk());
}

}  // namespace
}  // namespace rectify::outbound
