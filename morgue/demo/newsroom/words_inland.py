"""The words of the country and its institutions: council, farming, schools, weather, health.

Each topic has the same symbols, so that one set of frames serves all of them.
"""

# ruff: noqa: E501 - lists of words

from morgue.demo.newsroom.grammar import Rule

COUNCIL: dict[str, Rule] = {
    "org": """the city council/the planning committee/the mayor's office/the opposition group/the audit court
        /the parks department/the housing panel/the ratepayers' alliance/the electoral commission""",
    "role": """the deputy mayor/the council leader/a ward councillor/the town clerk/the opposition's finance speaker
        /the head of planning/the city treasurer/a constitutional lawyer""",
    "thing": """the market hall/the housing plan for {street}/the dog licence/the budget for {year_next}/the old gasworks
        /the parking levy/the twinning with {anytown}/the allotment register/the stadium bond/the library closures
        /the night noise by-law/the statue on {street}/the waste contract/the council tax rebate/the fountain
        /the ward boundaries/the town crier's salary""",
    "act": """approved/rejected/deferred/amended/endorsed/struck down/costed/halved/rushed through/withdrew/referred back
        /published/defended""",
    "trouble": """an accounting error of {money}/unlicensed skips/a conflict of interest/a leaked spreadsheet
        /rats in the market hall/missing minutes/a legal challenge/asbestos below the stage/a miscounted ballot
        /noise after midnight/an undeclared lunch""",
    "unit": """objections/ballots/council flats/parking permits/lamp posts/signatures/building notices/hectares/benches
        /empty shops/allotments""",
    "plan": """sell the market hall/plant {n} lime trees/freeze rents/abolish the parking levy/put cameras on {street}
        /meet in public/build {n} flats/borrow {money}/ban leaf blowers/turn the gasworks into a school""",
    "fact": """turnout in the {street} ward was {pct} per cent/the motion passed by {small} votes after {n} minutes
        /the treasurer found {money} in an account opened in {year}/a survey of {big} households favoured {thing}
        /{small} councillors left the chamber at {clock}/rents on {street} have risen {pct} per cent in {span}
        /the previous mayor {act} {thing} in {year}/consultants from {anytown} charged {money}""",
    "view": """a budget is a list of regrets/democracy is slow because {street} is long/read page {n} and weep
        /we were elected to {plan}/the chair has a bell and no patience/promises are not in the accounts
        /{thing} belongs to everybody or to nobody/the minutes omit the shouting""",
    "head": """{org1} {act} {thing1} by {small} votes/{town} mayor under fire over {trouble}/council to {plan}
        /{n} objections to {thing1}/{trouble} forces vote on {thing1}""",
    "caption_own": "{thing1} in {town}, the subject of the vote./councillors arrive at {place} {when}./{street} in {year}.",
}

FARMING: dict[str, Rule] = {
    "org": """the growers' union/the veterinary office/the water board/Hollin Farm/the seed bank/the dairy cooperative
        /the land registry/the beekeepers' circle/the forestry service""",
    "role": """a sheep farmer/the county vet/an orchard keeper/the cooperative's chairwoman/a soil scientist
        /the auctioneer/a beekeeper from {anytown}/the reservoir engineer""",
    "thing": """the autumn sheep sale/the irrigation levy/the pear harvest/the river meadow/the milk price/the grain store
        /the hedgerow register/the reservoir at {anytown}/the wolf fence/the hop gardens/the seed potato ban
        /the drovers' road/the windbreak/the plum brandy licence/the common pasture/the barn on {street}""",
    "act": """harvested/fenced/drained/quarantined/auctioned/ploughed up/leased/vaccinated/surveyed/replanted/rationed
        /inherited/flooded""",
    "trouble": """late frost/blue tongue/a dry spring/codling moth/stolen quad bikes/cheap imports/potato blight
        /escaped boar/a cracked dam/nitrates in the wells/a shortage of shearers""",
    "unit": """ewes/hectares of barley/litres of milk/apple trees/beehives/bales/heifers/piglets/farm gates
        /sacks of seed/saplings""",
    "plan": """flood the lower meadow/cull the deer/cap the milk price/bring back the cattle fair/graze goats by the railway
        /store rain in the quarry/ban night spraying/plant hemp/share one combine/pay for hedges by the metre""",
    "fact": """a ewe fetched {n} crowns at {anytown} {when}/rainfall in {month} was {pct} per cent of the average
        /{n} {unit} stand where {thing} ended in {year}/the reservoir holds {small} weeks of water
        /yields fell {pct} per cent between {street} and {anytown}/a swarm of {big} bees settled on {thing}
        /the oldest pear tree was planted in {year}/feed costs {pct} per cent more than last {day_season}""",
    "view": """hay does not wait for a form/the cows know it is {day}/you cannot irrigate with promises
        /my father drained that field in {year}/a fence is an argument made of wood/bees vote with their wings
        /rain on {day} is worth {money}/a wet {month} fills no barn""",
    "head": """{trouble} threatens {thing1}/{org1} {act} {n} {unit}/farmers near {town} to {plan}
        /{thing1} saved {cause}/{pct} per cent fewer {unit} after {trouble}""",
    "caption_own": "{unit} near {town} {when}./{p1} inspects {thing1}./the fields above {anytown} after {trouble}.",
}

SCHOOLS: dict[str, Rule] = {
    "org": """the school board/the teachers' association/the technical college/the parents' council/the inspectorate
        /St Audrey's School/the university senate/the nursery trust/the examinations office""",
    "role": """the head teacher/a physics teacher/the board's chairwoman/a sixth-former/the school caretaker
        /the inspector of schools/a professor of education/the parents' spokesman""",
    "thing": """the school kitchen/the Latin exam/the swimming lessons/the sixth-form block/the school bus contract
        /the roof of the gymnasium/the homework rule/the summer reading list/the playground on {street}
        /the telephone ban/the language laboratory/the village school at {anytown}/the chemistry wing
        /the breakfast club/the exchange with {anytown}""",
    "act": """closed/reprieved/re-marked/extended/abolished/introduced/rewrote/funded/inspected/merged/opened/piloted
        /praised""",
    "trouble": """mould in the classrooms/a leaked exam paper/a shortage of physics teachers/a boiler failure
        /falling rolls/an outbreak of head lice/wrong answers in a textbook/crumbling concrete/a marking error
        /late school buses""",
    "unit": """pupils/desks/exam scripts/library books/trainee teachers/free lunches/violins/places/lesson plans
        /microscopes""",
    "plan": """start lessons at {clock}/teach coding with chalk/merge the village schools/drop homework on Fridays
        /hire {n} assistants/lock telephones in lockers/bring back cookery/open a boarding house/mark without grades
        /swap buildings with the college""",
    "fact": """class sizes in {anytown} average {small} more than in {year}/{pct} per cent of pupils passed at the first try
        /the gymnasium on {street} was closed for {span}/inspectors watched {small} lessons and found {trouble}
        /{n} parents crowded into {place}/the waiting list stands at {n}/a lunch costs {small} crowns, up from {small}
        /the youngest candidate, {age_child}, came from {anytown}""",
    "age_child": "nine/ten/eleven/twelve/thirteen",
    "view": """children notice everything/a timetable is no substitute for a teacher/my desk has my mother's name in it
        /chalk never needs an update/we marked {n} scripts by candlelight/a school is the last shop in {anytown}
        /nobody fails lunch/the bell rings for all of us""",
    "head": """{org1} {act} {thing1} {cause}/{n} {unit} for {town} schools/{trouble} shuts {town} school for {span}
        /pupils win back {thing1}/exam results: {pct} per cent pass in {town}""",
    "caption_own": "pupils at {place} {when}./{thing1} in {town}./{p1} with {n} {unit}.",
}

WEATHER: dict[str, Rule] = {
    "org": """the weather service/the flood agency/the mountain rescue/the civil defence office/the grid operator
        /the river authority/the avalanche commission/the coastguard""",
    "role": """the duty forecaster/a hydrologist/the rescue team's leader/the fire chief/a climate researcher
        /the dam keeper/the grid's control-room head/an innkeeper on the pass""",
    "thing": """the flood barrier/the storm warning/the mountain road/the evacuation of {street}/the weir at {anytown}
        /the power line to {anytown}/the heat plan/the sandbag store/the river gauge/the snow fences/the drought order
        /the cable car/the emergency shelter/the siren test""",
    "act": """issued/lifted/reinforced/closed/cleared/downgraded/ordered/restored/extended/mapped/sandbagged/renewed""",
    "trouble": """hail the size of walnuts/a landslip/drifting snow/gusts of {n} kilometres an hour/a burst dyke/freezing fog
        /a lightning strike on the substation/meltwater/fallen beeches/a {small}-day heatwave/flash floods""",
    "unit": """sandbags/households/millimetres of rain/fallen trees/call-outs/stranded hikers/pylons/lightning strikes
        /evacuees/snow ploughs""",
    "plan": """raise the dyke/open the spillway/close the pass/move {n} caravans/ban barbecues/ration water
        /test the sirens/clear the culverts/bury the power lines/keep schools shut""",
    "fact": """{n} millimetres fell on {anytown} between {clock} and {clock}/the river peaked at {small} metres {when}
        /thermometers on {street} showed {n_temperature} degrees/crews cut {n} trees from the road to {anytown}
        /{big} homes lost power at {clock}/the wettest {month} since {year} brought {trouble}
        /a gauge installed in {year} was washed away/rescuers reached {small} hikers after {span_short}""",
    "n_temperature": lambda roll: str(-14 + int(roll() * 53)),
    "span_short": "five hours/a night on the ridge/most of {day}/ninety minutes/a second attempt",
    "view": """water always finds {street}/the sky turned the colour of slate/we filled sandbags until {clock}
        /a forecast is not a fence/I moved the hens first/you could hear the ice from {anytown}
        /the river came in by the front door/last time it was {year}, this time it was {clock}""",
    "head": """{trouble} cuts off {town}/{org1} {act} {thing1} for {anytown}/{big} homes without power after {trouble}
        /{n} {unit} as storm passes {town}/{town} braces for {trouble}""",
    "caption_own": "{thing1} near {town} {when}./{street} in {anytown} after {trouble}./{unit} in {town}.",
}

HEALTH: dict[str, Rule] = {
    "org": """the county hospital/the midwives' guild/the health insurance fund/the ambulance service/the medicines agency
        /the dental school/the hospice trust/the public laboratory""",
    "role": """the hospital's medical director/a midwife/the chief pharmacist/an epidemiologist/the ward sister
        /a patient from {anytown}/the ambulance controller/a general practitioner""",
    "thing": """the maternity ward/the waiting list/the night pharmacy/the flu campaign/the rural surgery at {anytown}
        /the blood bank/the helicopter pad/the prescription fee/the dental clinic/the stroke unit/the hospital laundry
        /the school eye test/the thermal baths/the emergency number""",
    "act": """closed/expanded/staffed/audited/suspended/privatised/reopened/funded/tested/relocated/digitised/praised""",
    "trouble": """a shortage of nurses/norovirus/expired vaccines/a computer outage/mislabelled samples/legionella
        /a backlog of X-rays/broken lifts/counterfeit tablets/missing patient files""",
    "unit": """beds/appointments/vaccine doses/blood donors/hip operations/ambulances/night shifts/eye tests
        /prescriptions/trainee nurses""",
    "plan": """open on Sundays/share one laboratory/train {n} nurses/buy a second scanner/fly patients to {anytown}
        /abolish the prescription fee/visit every pensioner/pay a night bonus/grow herbs on the roof/screen all newborns""",
    "fact": """the average wait fell from {n} to {small} days/{n} babies were born in {anytown} in {span}
        /donors gave {big} units {when}/one doctor serves {big} residents between {street} and {anytown}
        /a trial with {n} volunteers found no difference/the ward on {street} was built for {n} beds
        /the helicopter landed {small} times in {span}/infections rose {pct} per cent, mostly in {anytown}""",
    "view": """a bed without a nurse is furniture/patients do not read organigrams/I was seen at {clock}, and by a kind man
        /pain keeps no office hours/we washed our hands {n} times/the lift has been ill since {month}
        /a village without a midwife grows old/tea is not a treatment, but it helped""",
    "head": """{org1} {act} {thing1} amid {trouble}/{n} {unit} cancelled in {town}/{trouble} hits {town} hospital
        /wait for {thing1} grows by {pct} per cent/{town} to {plan}""",
    "caption_own": "{thing1} in {town} {when}./{p1} at {place}./{unit} at {anytown}.",
}
