/*
 * common.c: what people think is a long password and everybody else thinks of
 * too. Written as plain letters; password.c compares after taking away spaces
 * and signs and reading 0 as o, 3 as e, @ as a and so on.
 */
#include "identity/part.h"

const char *const identity_common_phrases[] = {
	/* what people write when asked for a password */
	"thisismypassword", "mypasswordis", "itsmypassword", "newpassword", "oldpassword",
	"strongpassword", "securepassword", "longpassword", "verylongpassword", "passwordisstrong",
	"mysecretpassword", "secretpassword", "supersecret", "topsecret", "temporarypassword",
	"temppassword", "defaultpassword", "adminpassword", "rootpassword", "userpassword",
	"masterpassword", "forgotmypassword", "iforgotmypassword", "forgotpassword",
	"rememberthispassword", "nopassword", "notapassword", "passwordpassword", "enterpassword",
	"typeyourpasswordhere", "changethispassword", "changemenow", "pleasechangeme",
	"resetmypassword", "guessmypassword", "guessthispassword", "tryandguessthis",
	"youwillneverguess", "youllneverguess", "youcantguessthis", "nobodyknowsthis",
	"idontknow", "idontcare", "idontremember", "letmeinplease", "pleaseletmein", "letmeinnow",
	"openthedoor", "opensesame", "abracadabra", "welcomehome", "welcomeback", "hellothere",
	"helloworld", "hellokitty", "goodmorning", "goodevening", "goodnight", "howareyou",
	"thankyou", "thankyouverymuch", "testtesttest", "thisisatest", "justtesting", "testing",
	"sample", "example", "qwertyqwerty", "asdasdasd", "fifteencharacters", "characters",
	"atleastfifteen", "correcthorsebatterystaple", "correcthorse", "batterystaple",
	/* love and family */
	"iloveyou", "iloveyousomuch", "iloveyouforever", "iloveyoubaby", "ilovemyfamily",
	"ilovemymom", "ilovemymum", "ilovemydad", "ilovemywife", "ilovemyhusband", "ilovemykids",
	"ilovemyson", "ilovemydaughter", "ilovemydog", "ilovemycat", "ilovejesus", "ilovegod",
	"ilovemylife", "ilovemusic", "ilovefootball", "ilovechocolate", "ilovemyself",
	"youaremysunshine", "myonlysunshine", "youaremylife", "youaremyeverything", "loveofmylife",
	"myonelove", "onelove", "truelove", "foreverandever", "foreveryoung", "bestfriends",
	"bestfriendsforever", "happybirthday", "happynewyear", "merrychristmas", "happyfamily",
	"familyfirst", "mommyanddaddy", "motherandfather", "littleprincess", "prettyprincess",
	"daddysgirl", "mybabygirl", "mybabyboy", "sweetheart", "sunshine", "butterfly",
	/* faith */
	"jesuschrist", "jesusislord", "jesuslovesme", "jesusismylord", "jesussaves", "godisgood",
	"godisgreat", "godislove", "godblessme", "godblessyou", "godblessamerica", "godfirst",
	"ingodwetrust", "thankgod", "thankyoujesus", "thankyoulord", "praisethelord",
	"thelordismyshepherd", "holyspirit", "amazinggrace", "blessedandhighlyfavoured",
	"alhamdulillah", "bismillah", "allahuakbar", "mashallah", "inshallah", "nkosisikeleliafrika",
	"siyabonga", "ngiyabonga", "ngiyakuthanda", "hakunamatata",
	/* sayings, books, films, songs */
	"tobeornottobe", "thatisthequestion", "maytheforcebewithyou", "theforceawakens", "starwars",
	"lukeskywalker", "darthvader", "lordoftherings", "oneringtorulethemall", "youshallnotpass",
	"harrypotter", "hermionegranger", "expectopatronum", "avadakedavra", "gameofthrones",
	"winteriscoming", "valarmorghulis", "iamironman", "iambatman", "wakandaforever",
	"blackpanther", "captainamerica", "spiderman", "withgreatpower", "greatresponsibility",
	"toinfinityandbeyond", "findingnemo", "justkeepswimming", "letitgo", "thelionking",
	"circleoflife", "onceuponatime", "happilyeverafter", "thequickbrownfox", "quickbrownfox",
	"jumpsoverthelazydog", "thelazydog", "loremipsum", "dolorsitamet", "maryhadalittlelamb",
	"twinkletwinkle", "littlestar", "humptydumpty", "rowrowrowyourboat", "rosesarered",
	"violetsareblue", "carpediem", "hakunamatata", "livelaughlove", "livelifetothefullest",
	"neversaynever", "nevergiveup", "nevergonnagiveyouup", "dontworrybehappy", "dontgiveup",
	"justdoit", "yeswecan", "icandoit", "wearethechampions", "wewillrockyou",
	"bohemianrhapsody", "stairwaytoheaven", "hotelcalifornia", "imagineallthepeople",
	"waka", "alwayslookonthebrightside", "thisisthelife", "lifeisbeautiful", "lifeisgood",
	"lifegoeson", "timeismoney", "moneymoneymoney", "showmethemoney", "knowledgeispower",
	"practicemakesperfect", "honestyisthebestpolicy", "allyouneedislove", "homesweethome",
	"bethechange", "keepcalmandcarryon", "keepcalm", "carryon", "rainbow", "unicorn",
	/* football, games, machines */
	"manchesterunited", "manchestercity", "liverpoolfc", "youllneverwalkalone", "chelseafc",
	"arsenalfc", "realmadrid", "fcbarcelona", "barcelona", "bayernmunich", "kaizerchiefs",
	"orlandopirates", "mamelodisundowns", "bafanabafana", "springboks", "superfalcons",
	"cristianoronaldo", "lionelmessi", "minecraft", "callofduty", "worldofwarcraft", "pokemon",
	"pikachu", "leagueoflegends", "counterstrike", "grandtheftauto", "fortnite", "playstation",
	"microsoft", "windows", "facebook", "instagram", "whatsapp", "youtube", "google", "android",
	"samsung", "iphone", "toyota", "mercedesbenz", "volkswagen", "ferrari", "lamborghini",
	/* places and days */
	"southafrica", "johannesburg", "capetown", "pretoria", "durban", "soweto", "zimbabwe",
	"nigeria", "kenya", "unitedstates", "newyorkcity", "losangeles", "london", "january",
	"february", "march", "april", "june", "july", "august", "september", "october", "november",
	"december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
	"summer", "autumn", "winter", "spring", "season", "christmas", "birthday",
	/* learning */
	"iwanttolearn", "ilovelearning", "ilikelearning", "ilovecoding", "learntocode", "learning",
	"education", "university", "highschool", "mathematics", "computerscience", "myfirstcourse",
	"onlinecourse", "beststudent", "goodstudent", "mystudentaccount", "myaccount",
	NULL
};
