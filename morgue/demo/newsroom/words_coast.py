"""The words of the coast and the city: harbour, transport, business, sport, culture.

Each topic has the same symbols, so that one set of frames serves all of them.
"""

# ruff: noqa: E501 - lists of words

from morgue.demo.newsroom.grammar import Rule

HARBOUR: dict[str, Rule] = {
    "org": """the port authority/Kestrel Lines/the Pilots' Guild/the lifeboat trust/the dredging board/Tern & Sons
        /the fishermen's cooperative/the Customs House/Blue Anchor Ferries/the breakwater commission""",
    "role": """the harbour master/a retired pilot/the senior dredging engineer/a third-generation boatbuilder
        /the chair of the mooring committee/a marine surveyor/the lifeboat coxswain/the port's chief economist""",
    "thing": """the northern breakwater/the old coaling pier/the tidal lock/the fish market roof/the winter moorings
        /the pilot station/the number two dry dock/the ferry pontoon/the signal tower/the sea wall at {anytown}
        /the container yard/the eel slipway/the salvage contract for the {ship}/the night ferry to {anytown}
        /the ice house/the swing bridge motor/the yacht basin/the herring quota/the dredged channel""",
    "ship": "Patient Margaret/Lady of Ebbing/Northern Wren/Gannet III/Perseverance/Halcyon Rose/Otter Queen",
    "act": """closed/reopened/inspected/sold/rented out/took over/condemned/repainted/deepened/gave up/extended/insured
        /mothballed/lit/roped off""",
    "trouble": """silt in the lock chamber/rust under the waterline/a leaking fuel lighter/cracked mooring posts
        /drifting containers/a broken tide gauge/unpaid harbour dues/ghost nets/a collision with the {ship}
        /faulty navigation lights/a swarm of jellyfish/subsidence below the crane rails""",
    "unit": """containers/berths/crates of mackerel/lobster pots/tonnes of gravel/passengers/mooring rings/buoys
        /sailing permits/metres of chain/reefer boxes/life jackets""",
    "plan": """move the fish market indoors/raise harbour dues/dredge by night/electrify the cranes/build a second lock
        /sink a barge as a reef/fence off the slipway/charge yachts by length/merge the pilot rosters/run a winter ferry""",
    "fact": """the {ship} left {anytown} with {n} {unit} aboard/divers spent {span} below {thing} and found {trouble}
        /at low water {small} metres of mud separate {thing} from the sea/the tide table for {month} lists {small} closures
        /a chart drawn in {year} still shows {thing} where {n} {unit} lie today/the {ship}, built in {year}, waits for a berth
        /insurers value {thing} at {money}/spring tides reached {small} metres at {anytown} {when}""",
    "view": """the sea does not read minutes/mud is patient, and so are we/a berth is not a parking space
        /you can hear the chains from {street}/the {ship} would never have sailed in that swell/fish do not wait for {month}
        /a pilot knows {thing} by its smell/salt finds every crack in {thing}""",
    "head": """{org1} {act} {thing1} {cause}/{trouble} halts {ship} off {town}/ferries late as {trouble} shuts {thing1}
        /{n} {unit} adrift near {town}/{town} harbour to {plan} by {month}""",
    "caption_own": "the {ship} at {thing1} in {town}./{unit} stacked beside {thing} {when}./low tide at {anytown}.",
}

TRANSPORT: dict[str, Rule] = {
    "org": """the tramways company/the bus drivers' union/County Rail/the road safety panel/the bridge trust
        /the cycling federation/Hartmann Coaches/the airport company/the ticket office association""",
    "role": """the timetable manager/a tram driver/the union's regional secretary/a signalling engineer/the station master
        /a wheelchair user and campaigner/the operator's spokesman/a transport historian""",
    "thing": """the number nine tram/the ring road tunnel/the night bus to {anytown}/the level crossing/the river bridge
        /the summer timetable/the eastern depot/the airport shuttle/the footbridge at {anytown}/the signal box
        /the cycle lane on {street}/the fare zones/the park-and-ride/the branch line to {anytown}/the ticket machines
        /the quiet carriages/the bus garage/the overhead wires""",
    "act": """cancelled/shortened/resurfaced/rerouted/suspended/restored/tendered/doubled/postponed/renamed/merged
        /automated/tested/timetabled""",
    "trouble": """flat wheels/a shortage of drivers/buckled rails/a software fault at the depot/stolen copper cable
        /leaves on the line/double-parked lorries/an unsafe parapet/jammed doors/wrong announcements/black ice
        /a dispute about rest breaks""",
    "unit": """season tickets/delayed trains/bus shelters/bicycles/parking fines/spare axles/seats/refund claims
        /kilometres of track/tram stops/signal lamps/shift rotas""",
    "plan": """run trams all night/scrap paper tickets/close the ring road on Sundays/double-track the branch line
        /lower the speed limit/charge for luggage/buy second-hand carriages/build a bus station/teach drivers two languages
        /replace the points heaters""",
    "fact": """{n} of {big} departures ran more than {small} minutes late {when}/a ticket to {anytown} cost {small} crowns in {year}
        /the first carriage leaves {street} at {clock} and is full by {anytown}/engineers replaced {n} bolts on {thing} in {span}
        /{anytown} ordered {small} carriages from the same factory/the average journey to {anytown} takes {n} minutes
        /mystery passengers graded {thing} {small} times/the points at {anytown} froze {small} times in {month}""",
    "view": """a timetable is a promise/the {clock} has not been on time since {month}/nobody walks from {anytown} in the rain
        /my season ticket costs {money}, or feels like it/brakes do not know about budgets/the driver apologised in {small} languages
        /you plan your life around {thing}/standing for {n} minutes is not a service""",
    "head": """{thing1} suspended as {trouble} spreads/{n} {unit} lost in {town} {when}/{org1} to {plan}
        /commuters face {span} without {thing1}/fares in {town} to rise {pct} per cent""",
    "caption_own": "passengers wait for {thing1} at {anytown}./{unit} at the {town} depot {when}./repairs near {street}.",
}

BUSINESS: dict[str, Rule] = {
    "org": """Fennel & Marsh/the savings bank/the chamber of trade/Orrery Instruments/the cannery/Lodestar Shipping
        /the competition office/Cobalt Ceramics/the brewers' association/Pemberley Looms/the statistics bureau""",
    "role": """the finance director/a market analyst/the founder's granddaughter/the works council chair/an insolvency lawyer
        /the bank's chief economist/a wholesale buyer/the head of exports""",
    "thing": """the button factory/a majority stake in the cannery/the loan guarantee/the pension fund/the biscuit works
        /the duty-free licence/the porcelain brand/the takeover bid/the night shift/the warehouse at {anytown}
        /the apprenticeship scheme/the rope works/the quarterly dividend/the mortgage book/the seed catalogue
        /the patent for a folding ladder/the brewery tower""",
    "act": """bought/sold/refinanced/wrote off/listed/valued/rejected/split/guaranteed/audited/modernised/acquired
        /pledged/liquidated""",
    "trouble": """a shortage of glass jars/falling orders from {anytown}/a {pct} per cent rise in energy prices
        /unsold stock/a botched software change/late payments/a customs error/mouldy grain/a missing invoice
        /weak demand for rope/a hostile shareholder letter/currency losses""",
    "unit": """shares/jobs/orders/pallets/looms/unpaid invoices/barrels/shop leases/export licences/trainees
        /tonnes of flour/teapots""",
    "plan": """cut the night shift/open a shop in {anytown}/float on the exchange/buy back shares/brew without alcohol
        /bring sewing back from abroad/merge the two factories/raise wages by {pct} per cent/sell the head office
        /pay suppliers weekly""",
    "fact": """turnover rose {pct} per cent to {money} in {span}/the factory on {street} turned out {big} {unit} in {year}
        /rents on {street} fell {pct} per cent/a rival in {anytown} hired {n} of its fitters
        /shares closed {pct} per cent lower {when}/the order book covers {small} months/wages make up {pct} per cent of costs
        /auditors questioned {money} booked as {unit}""",
    "view": """a loan is not a gift/you cannot pay rent with praise/our customers count every crown
        /the machines are from {year} and hum in tune/banks lend umbrellas in {month}/we make {n} a day and sell {n}
        /the ledger says what the brochure does not/I have seen {small} owners and one boiler""",
    "head": """{org1} {act} {thing1} for {money}/{n} jobs at risk as {trouble} bites/{org1} profit falls {pct} per cent
        /{trouble}: {org1} to {plan}/{town} firm wins {money} order""",
    "caption_own": "the packing hall of {org1} in {town}./{unit} ready for {anytown}./a worker checks {thing1}.",
}

SPORT: dict[str, Rule] = {
    "org": """{town} Rovers/the rowing club/the county league/{anytown} Athletic/the regatta committee/the chess federation
        /the velodrome trust/the swimming association/{town} Wanderers/the referees' panel""",
    "role": """the head coach/the club captain/a former Olympic rower/the groundsman/the league's disciplinary chair
        /the youth trainer/the goalkeeper/the supporters' secretary""",
    "thing": """the cup semi-final/the boathouse/the second half/the county title/the velodrome roof/the transfer of {person}
        /the relay record/the penalty shoot-out/the winter training camp/the east stand/the women's eight
        /the return match in {anytown}/the marathon route/the chess open/the under-17 squad/the floodlights""",
    "act": """won/lost/drew/postponed/appealed against/dominated/abandoned/replayed/threw away/deserved/celebrated
        /missed/endured""",
    "trouble": """a waterlogged pitch/a torn hamstring/a late red card/a broken rudder/crosswinds/a disputed photo finish
        /flu in the squad/missing floodlight bulbs/a false start/an ineligible substitute/a burst tyre""",
    "unit": """spectators/points/metres/substitutes/season tickets/corner kicks/strokes a minute/seconds/away fans/medals
        /laps""",
    "plan": """play on artificial turf/sign {person}/rest the first eight/drop the offside trap/row into the wind
        /train at altitude/sell the east stand/field {small} teenagers/move kick-off to {clock}/hire a psychologist""",
    "fact": """{person} scored in the {minute} minute {cause}/the crew covered the last {n} metres in {n} seconds
        /{anytown} had won {small} of the previous {small} meetings/the gate at {street} was {big}
        /{person}, {age_young}, ran {n} laps without a rest/the pitch held {small} centimetres of water at {clock}
        /bookmakers in {anytown} paid {small} to one/no visiting side had led there since {year}""",
    "minute": "third/eleventh/nineteenth/thirty-first/fifty-second/sixty-seventh/seventy-eighth/eighty-ninth",
    "age_young": "16/17/18/19/20/21/22",
    "view": """the ball was round and wet/we rowed our race and lost theirs/a draw feels like {money}
        /you do not win in {month} what you threw away in {month}/my legs stopped at {n} metres
        /the referee has a good seat and bad eyes/the bench believed, the bookmakers did not/{anytown} never forgive""",
    "head": """{org1} {act} {thing1} after {trouble}/{person} leaves {town} for {money}/{trouble} decides {thing1}
        /{org1} throw away lead in {anytown}/{big} see {org1} make history""",
    "caption_own": "{p1} during {thing1} in {anytown}./{unit} wait at {street}./the {town} squad {when}.",
}

CULTURE: dict[str, Rule] = {
    "org": """the city theatre/the maritime museum/the Lantern Festival/the municipal orchestra/Gallery Nine/the film club
        /the puppet workshop/the heritage fund/the library board/the carillon society""",
    "role": """the artistic director/a restorer/the festival's founder/a soprano from {anytown}/the museum's curator of maps
        /a novelist/the second violinist/an organ builder""",
    "thing": """the lost triptych/the open-air opera/the brass carillon/the reading room/the shadow-puppet collection
        /the {year} altar cloth/the poetry prize/the cinema organ/the mural on {street}/the touring production of {play}
        /the manuscript of {play}/the sculpture park/the children's choir/the stained glass at {anytown}
        /the festival tent/the map room""",
    "play": "The Salt Widow/A Winter in Ebbing/The Clockmaker's Debt/Seven Gulls/The Quiet Ferryman/Ash and Amber",
    "act": """restored/unveiled/borrowed/staged/returned/catalogued/rediscovered/premiered/cleaned
        /auctioned/dedicated/withdrew""",
    "trouble": """woodworm/a forged signature/a burst pipe above the archive/moths in the costume store/a missing second act
        /poor ticket sales/cracked varnish/a quarrel about the title/damp in the map room/an uninsured loan""",
    "unit": """tickets/manuscripts/puppets/organ pipes/canvases/library cards/etchings/chairs/recordings/glass plates
        /costumes/visitors""",
    "plan": """open on Mondays/perform {play} at sea/digitise the parish registers/charge for the cloakroom/tour to {anytown}
        /hang the canvases upside down/restore the frescoes/sell the harpsichord/rename the festival
        /print a facsimile""",
    "fact": """{person} painted {thing} in {year} and never signed it/the premiere of {play} lasted until {clock}
        /restorers spent {span} on {small} square centimetres/an inventory from {year} lists {n} {unit}
        /tickets at {small} crowns were gone by {clock}/X-rays showed an older portrait beneath {thing}
        /{play} was last performed in {anytown} in {year}/the hall on {street} seats {n}""",
    "view": """art is what remains after the invoice/the varnish was the colour of tea/a carillon cannot whisper
        /nobody leaves {play} dry-eyed/paper remembers better than we do/the second act is in a suitcase in {anytown}
        /we tune to the ferry horn/children laugh in the right places""",
    "head": """{play}: {org1} {act} a forgotten work/{thing1} {act_back} to {town}/{trouble} closes {org1}
        /{n} {unit} found on {street}/{org1} to {plan}""",
    "act_back": "returns/comes home/moves/goes on loan",
    "caption_own": "a scene from {play} at {town}./{thing1}, before restoration./{unit} from {year}, on show in {anytown}.",
}
