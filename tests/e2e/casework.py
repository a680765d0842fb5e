"""One of each thing that belongs to somebody, made as people make it: an order and a seal of a venue,
a lead of a street, a task of a department, letters to a department and a street, a self-inspection, a
partner."""

import datetime

from district import VENUES, District, day, new_id

LEADS = "rectify.hazard.v1.Leads."
CAMPAIGNS = "rectify.hazard.v1.Campaigns."
TASKS = "rectify.hazard.v1.DepartmentTasks."
REFERRALS = "rectify.hazard.v1.Referrals."
SELF_INSPECTIONS = "rectify.hazard.v1.SelfInspections."
SEALS = "rectify.deadline.v1.Seals."
PARTNERS = "rectify.partner.v1.PartnerRegistry."


class Casework(District):
    def __init__(self, system, code):
        super().__init__(system, code)
        self.streets = [self.street, f"{self.parent}/streets/{code}002"]
        self.departments = [f"{self.parent}/departments/{name}" for name in ("zhujian", "jiaoyu")]
        self._desk("UpdateStreet", "street", self.streets[1])
        for name in self.departments:
            self._desk("UpdateDepartment", "department", name)
        self.venues = [self.venue(f"示例场所{number}")["name"] for number in (1, 2)]
        self.settle()
        self.deadline = self.today() + datetime.timedelta(days=60)
        self.campaign = self._campaign()
        self.order = self._served_order()
        self.seal = self._seal()
        self.lead = self._lead()
        self.task = self._task()
        self.referral = self._referral(self.departments[0])
        self.street_referral = self._referral(self.streets[0])
        self.self_inspection = self._self_inspection()
        self.partner = self._partner()
        self.settle()

    # ---- Callers

    @property
    def head(self):
        return self.approver("DEPARTMENT_HEAD")

    def street_officer(self, street):
        return self.client(f"users/{street[-3:]}", "STREET_OFFICER", [street])

    def department_staff(self, department):
        return self.client(f"users/{department[-7:]}", "DEPARTMENT_STAFF", [department])

    def posts(self):
        """All that somebody here can speak for."""
        return [*self.officers, *self.approvers.values(), *self.venues, *self.streets,
                *self.departments]

    # ---- What people do

    def do(self, client, method, **request):
        return client.call(method, {"request_id": new_id(), **request})

    def _desk(self, method, field, name):
        self.do(self.registrar, VENUES + method, **{
            field: {"name": name, "display_name": f"示例{name[-3:]}"}})

    def _campaign(self):
        phase = {"title": "自查自改", "first_day": day(self.today()), "last_day": day(self.deadline)}
        created = self.do(self.head, CAMPAIGNS + "CreateCampaign", parent=self.parent,
                          campaign_id="zx2023", campaign={
                              "title": "示例专项行动", "checklist": "four-class", "phases": [phase]})
        self.do(self.head, CAMPAIGNS + "ActivateCampaign", name=created["name"])
        return created["name"]

    def _served_order(self):
        order = self.issued_order(self.venues[0], term_days=10)
        return self.act(self.inspector, "ServeOrder", order, service=self.service_record())["name"]

    def _seal(self):
        return self.do(self.inspector, SEALS + "ProposeSeal", parent=self.parent, seal={
            "venue": self.venues[0], "inspect_time": self.now(), "officers": self.officers,
            "ground": "SEAL_GROUND_EXITS", "facts": "示例：疏散楼梯被堵死", "parts": ["示例：二层"],
            "term_days": 15})["name"]

    def _lead(self):
        return self.do(self.street_officer(self.streets[0]), LEADS + "CreateLead",
                       parent=self.parent, complainant={"display_name": "示例举报人"}, lead={
                           "source": "SOURCE_GRID_WORKER", "category": "CATEGORY_OTHER",
                           "text": "示例：通道堵塞", "place": "示例路1号", "venue": self.venues[0]})["name"]

    def _task(self):
        return self.do(self.head, TASKS + "AssignDepartmentTask", parent=self.parent, task={
            "campaign": self.campaign, "department": self.departments[0], "text": "示例任务",
            "due_date": day(self.deadline)})["name"]

    def _referral(self, addressee):
        return self.do(self.head, REFERRALS + "SendReferral", parent=self.parent, referral={
            "kind": "KIND_TRANSFER", "subject": self.venues[0], "addressee": addressee,
            "title": "示例移送", "text": "示例正文"})["name"]

    def _self_inspection(self):
        asked = self.do(self.head, SELF_INSPECTIONS + "RequestSelfInspections", parent=self.parent,
                        campaign=self.campaign, officer=self.officers[0],
                        due_date=day(self.deadline),
                        targets=[{"venue": self.venues[0], "target_class": "RJ"}])
        return asked["self_inspections"][0]["name"]

    def _partner(self):
        return self.do(self.registrar, PARTNERS + "CreatePartner", parent=self.parent, partner={
            "display_name": "示例平台", "role": "ROLE_DEPARTMENT_STAFF", "posts": self.departments[:1],
            "scopes": ["rectify.hazard.v1.Leads.*"]})["name"]
