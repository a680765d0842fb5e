"""What the grid platform (网格平台) sends and asks: forms that hold JSON."""

import json
import urllib.parse

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def record(rec_id, **fields):
    """As the platform sends it, with some of the many fields that are of no use here."""
    return {"rec_id": rec_id, "task_num": str(rec_id), "rec_type_name": "社会服务",
            "event_type_name": "网格化事件", "main_type_name": "消防安全",
            "sub_type_name": "堵塞消防通道", "event_desc": "示例小区6号楼前消防通道停满车辆",
            "address": "东丽区示例街示例社区", "street_name": "示例街道",
            "community_name": "示例社区", "cell_name": "示例社区03网格",
            "coordinate_x": "117.44254825", "coordinate_y": "39.06171056",
            "create_time": "2022-12-30 11:59:12", "event_state_id": 1, "archive_num": 0,
            **fields}


def hand_in(caller, code, data, sender=None, **headers):
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    body = urllib.parse.urlencode({"data": text, "senderCode": sender or code}).encode()
    return caller("POST", f"/grid/{code}/synRecStatInfo", body, **{"Content_Type": FORM, **headers})


def standing(caller, code, **query):
    """Where the records stand that the caller has handed in, by their ids."""
    answer = caller("GET", f"/grid/{code}/recStatInfo", query=query)
    answer.ok()
    told = json.loads(answer.body)
    assert (told["code"], told["next"]) == (0, ""), told
    return {each["rec_id"]: each for each in told["data"]}
