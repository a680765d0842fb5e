// Reads an iCalendar file from standard input by Mozilla's ical.js and prints what it finds:
// [{uid, summary, day}].
import { text } from "node:stream/consumers";
import ICAL from "ical.js";

const component = new ICAL.Component(ICAL.parse(await text(process.stdin)));
const events = component.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
console.log(
  JSON.stringify(
    events.map(({ uid, summary, startDate }) => ({
      uid,
      summary,
      day: startDate.toString().slice(0, 10),
    })),
  ),
);
