import { drawCharts } from "./charts.ts";
import { answerQuestions } from "./explain-form.ts";
import { follow } from "./follow.ts";
import { place } from "./place.ts";
import { showRecorded } from "./recorded.ts";
import { speak } from "./speak.ts";

// The page is complete as it came; this makes it live.
const draw = drawCharts();
const say = speak();
follow((changes) => {
  place(changes);
  draw(changes.charts);
  say(changes.words);
});
answerQuestions();
showRecorded();
