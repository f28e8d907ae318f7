package corpus

import "strings"

const (
	russianStems = `и в не на я что тот быть с весь это как она они по но за то все из у который так его к о мы от же вы для
		день год дел жизн дом врем рук раз город стол вопрос друг глаз голов сторон стран мир случа мест лиц работ слов вод ден
		мам пап брат сестр ребенк человек женщин мужчин вечер утр ноч недел месяц понедельник пятниц суббот обед ужин завтрак кофе ча
		машин поезд самолет билет вокзал аэропорт дорог улиц квартир комнат окн двер ключ телефон сообщени письм фотографи видео
		говор дума зна виде слыша понима помога работа отдыха гуля обеда ужина чита писа отправля получа покупа продава жда встреча
		больш маленьк хорош плох нов стар красив быстр медленн тепл холодн дорог дешев важн нужн готов последн перв втор
		проект задач команд встреч отчет сервер ошибк версии релиз тест код файл ссылк документ договор счет оплат доставк заказ клиент`
	russianEndings = `а у ом е ы ов ам ами ах ая ое ого ому ыми ой ет ем ете ют л ла ли ть й ешь`
	englishStems   = `the be to of and a in that have it for not on with he as you do at this but his by from they we say her she or an will
		my one all would there their what so up out if about who get which go me when make can like time no just him know take people into
		year good some could them see other than then now look only come over think also back after use two how our work first well way even
		new want because any these give day most dinner lunch breakfast coffee tea friday monday weekend holiday flight ticket train station
		house flat room window door key phone message letter photo video link file document contract invoice payment order customer
		server error version release test build deploy review branch merge ticket sprint meeting report project task team plan budget
		walk talk read write send receive buy sell wait meet call answer help start finish open close move change fix break check`
	englishEndings = `s ed ing er ly`
)

var (
	russianSyllables = strings.Fields(`ба бе би бо ва ве ви во га го да де ди до жа же за зи ка ки ко ла ле ли ло ма ме ми мо на не ни но
		па пе пи по ра ре ри ро са се си со та те ти то фа фо ха че ша ще эл юр як тор ман вич ская ский`)
	englishSyllables = strings.Fields(`ba be bo ca co da de do fa fi ga go ha hi jo ka ke la le li lo ma me mi mo na ne no pa pe po ra re ri
		ro sa se so ta te to va ve wa we za ster ton ham ley son berg wick`)
)
