"""What programs of other parties are given for the main path, and what they must have come to."""

from district import new_id


def given(district, venue_name):
    """Addresses, tokens of all who take part, and the names of what exists."""
    venue_id = new_id()
    token = district.system.token
    tokens = {role.lower(): token(f"users/{role.lower()}", role, (), district.code)
              for role in ("REGISTRAR", "DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF")}
    tokens["inspector"] = token("users/li", "INSPECTOR", district.officers[:1], district.code)
    tokens["manager"] = token("users/manager", "VENUE_MANAGER",
                              [f"{district.parent}/venues/{venue_id}"], district.code)
    return {"addresses": {name: district.system.address(name)
                          for name in ("venue", "hazard", "deadline", "gateway")},
            "tokens": tokens, "parent": district.parent, "officers": district.officers,
            "street": district.street, "venue_id": venue_id, "venue_name": venue_name,
            "now": district.now()}


def assert_closed(test, result):
    test.assertEqual((result["order_state"], result["finding_state"]),
                     ("STATE_CLOSED", "STATE_RECTIFIED"))
    test.assertRegex(result["number"], r"^津丽消限字〔2023〕第\d{4}号$")
