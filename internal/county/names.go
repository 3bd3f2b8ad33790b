package county

import (
	"math/rand/v2"
	"strings"
)

// A community gives its families' names. Weights are shares of the families of
// Southend, Essex and Thurrock together, roughly; names come in falling order
// of how common they are and are drawn with Zipf's law.
type community struct {
	weight      int
	family      []string
	girls, boys []string // nil: those of the decade of birth
	patronymic  bool     // a wife keeps her own family name
}

// commonly picks one of some words by Zipf's law: the nth is taken about 1/n
// times as often as the first, which shift makes less steep.
type commonly struct {
	words []string
	total []float64
}

func zipf(words []string, shift float64) commonly {
	c := commonly{words: words, total: make([]float64, len(words))}
	sum := 0.0
	for i := range words {
		sum += 1 / (float64(i) + shift)
		c.total[i] = sum
	}
	return c
}

func (c commonly) pick(r *rand.Rand) string {
	x := r.Float64() * c.total[len(c.total)-1]
	low, high := 0, len(c.total)-1
	for low < high {
		if mid := (low + high) / 2; c.total[mid] < x {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return c.words[low]
}

var communities = []community{
	{weight: 800, family: strings.Fields(english)},
	{weight: 22, family: strings.Fields(african), girls: strings.Fields(africanGirls), boys: strings.Fields(africanBoys)},
	{weight: 20, family: strings.Fields(polish), girls: strings.Fields(polishGirls), boys: strings.Fields(polishBoys)},
	{weight: 16, family: strings.Fields(romanian), girls: strings.Fields(romanianGirls), boys: strings.Fields(romanianBoys)},
	{weight: 14, family: strings.Fields(lithuanian), girls: strings.Fields(lithuanianGirls), boys: strings.Fields(lithuanianBoys), patronymic: true},
	{weight: 22, family: strings.Fields(pakistani), girls: strings.Fields(muslimGirls), boys: strings.Fields(muslimBoys), patronymic: true},
	{weight: 14, family: strings.Fields(bangladeshi), girls: strings.Fields(muslimGirls), boys: strings.Fields(muslimBoys), patronymic: true},
	{weight: 18, family: strings.Fields(indian), girls: strings.Fields(indianGirls), boys: strings.Fields(indianBoys)},
	{weight: 10, family: strings.Fields(turkish), girls: strings.Fields(turkishGirls), boys: strings.Fields(turkishBoys)},
	{weight: 8, family: strings.Fields(somali), girls: strings.Fields(muslimGirls), boys: strings.Fields(muslimBoys), patronymic: true},
	{weight: 10, family: strings.Fields(zimbabwean), girls: strings.Fields(africanGirls), boys: strings.Fields(africanBoys)},
	{weight: 8, family: strings.Fields(jewish), girls: strings.Fields(jewishGirls), boys: strings.Fields(jewishBoys)},
	{weight: 6, family: strings.Fields(chinese), girls: nil, boys: nil},
	{weight: 14, family: strings.Fields(irish), girls: nil, boys: nil},
	{weight: 10, family: strings.Fields(portuguese), girls: strings.Fields(portugueseGirls), boys: strings.Fields(portugueseBoys)},
	{weight: 8, family: strings.Fields(traveller), girls: strings.Fields(travellerGirls), boys: strings.Fields(travellerBoys)},
}

const (
	english = `Smith Jones Brown Taylor Williams Wilson Johnson Davies Patel Wright Walker White Thompson Robinson Evans Green Hall Wood Harris
Martin Jackson Clarke Lewis Clark Roberts Turner Hill Cooper Ward Moore Morris King Watson Baker Harrison Morgan Allen James Scott Phillips Parker
Mitchell Bennett Lee Cook Shaw Davis Richardson Carter Collins Bell Bailey Young Cox Richards Marshall Miller Adams Webb Anderson Ellis Wilkinson
Foster Chapman Mason Lloyd Gibson Hunt Palmer Holmes Knight Rogers Stevens Matthews Mills Butler Fisher Barnes Russell Powell Dixon Harvey Pearson
Graham Fletcher Howard Murray Andrews Elliott Barker Reynolds Ford Payne Fox Pearce Day West Lawrence Brooks Saunders Dean Atkinson Cole Burton Hart
Webster Simpson Ball Spencer Perry Rose Wells Armstrong Grant Carr Stone Hughes Edwards Price Gardner Kennedy Austin Newman Lane Warren Bishop Hunter
Gilbert Hudson Oliver Cross Curtis Berry Black Burns Bird Francis Watts Reid Woods Bradley Barrett Page Nicholls Hawkins Williamson Hayes George
Nelson Stewart Gray Hamilton Sutton Parsons Arnold Long Bryant Griffin Potter Lucas Bull Archer Little French Cooke Sharp Savage Franklin Dawson
Barber Walsh Porter Tucker Stephens Kemp Frost Goodwin Hopkins Tyler Fuller Boyd Townsend Norman Carpenter Hicks Cullen Ryan Wheeler Perkins Rice
Bates Nash Miles Jennings Chambers Weston Clements Osborne Barton Cannon Cox Skinner Finch Bacon Sewell Wade Stock Bass Cable Farrow Root Cottee
Thorogood Raven Whybrow Theobald Rayner Tyrell Keeble Bright Cracknell Sorrell Playle Pudney Mott Lock Rand Everitt Scrivener Letch Wenden Ketley
Surridge Cousins Ling Cranfield Hazell Boreham Eve Bearman Bragg Twitchett Quilter Gowers Wass Gage Gentry Kettle Moss Hardy Saward Digby Nunn
Crabb Warner Frith Parish Mead Stubbs Barrow Cutler Ridgwell Gooch Dowsett Myall Threadgold Wiseman Felton Jarvis Rolfe Willsher Sadler Hockley`
	african       = `Adeyemi Okafor Mensah Adebayo Osei Boateng Okonkwo Owusu Balogun Eze Ogunleye Asante Obi Ibrahim Appiah Nwosu Agyeman Afolabi Oyelaran Amoah Adeleke Bello Danso Chukwu Ojo Sarpong Lawal Onyeka Antwi Uche Akande Addo`
	africanGirls  = `Grace Esther Blessing Favour Deborah Abigail Mercy Ruth Tolu Adaeze Chioma Faith Sarah Ama Temi Joy Precious Hannah Funmi Victoria Zainab Amara Rachel Peace Michelle Divine Ivana Eliana`
	africanBoys   = `David Daniel Emmanuel Samuel Joshua Michael Joseph Prince Kofi Tobi Chidi Nathan Jeremiah Elijah Isaac Gabriel Tunde Kwame Caleb Victor Ayo Dami Ethan Israel Bryan Jason Tinashe`
	polish        = `Nowak Kowalski Wisniewski Wojcik Kowalczyk Kaminski Lewandowski Zielinski Szymanski Wozniak Dabrowski Kozlowski Mazur Jankowski Kwiatkowski Krawczyk Piotrowski Grabowski Pawlak Michalski Krol Wieczorek Jablonski Wrobel`
	polishGirls   = `Zuzanna Julia Maja Zofia Hanna Lena Oliwia Alicja Nikola Wiktoria Amelia Natalia Aleksandra Gabriela Emilia Kaja Pola Magdalena Katarzyna Agnieszka Monika`
	polishBoys    = `Jakub Antoni Szymon Filip Jan Kacper Aleksander Franciszek Mikolaj Wojciech Adam Michal Marcel Wiktor Oskar Igor Dawid Mateusz Piotr Tomasz Marcin Lukasz`
	romanian      = `Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Rusu Munteanu Matei Marin Tudor Ciobanu Nistor Florea Dinu Moldovan Preda Lupu Ilie Sandu`
	romanianGirls = `Maria Andreea Elena Sofia Ioana Alexandra Daria Antonia Bianca Denisa Gabriela Ana Larisa Iasmina Mihaela Cristina Roxana Patricia`
	romanianBoys  = `Andrei David Alexandru Gabriel Mihai Stefan Luca Matei Ionut Cristian Darius Robert Razvan Denis Florin Marius Adrian Rares`

	lithuanian      = `Kazlauskas Jankauskas Petrauskas Stankevicius Balciunas Zukauskas Butkus Paulauskas Urbonas Navickas Ozols Berzins Kalnins Ivanov Petrov Sokolov`
	lithuanianGirls = `Emilija Gabija Ugne Viktorija Kamile Austeja Lukne Greta Ieva Anna Sofija Daria Milana Rasa Jurgita`
	lithuanianBoys  = `Lukas Matas Nojus Jonas Dominykas Kajus Domas Rokas Mantas Tomas Artur Maksim Daniil Darius Andrius`
	pakistani       = `Khan Ahmed Ali Hussain Malik Mahmood Akhtar Iqbal Shah Mirza Butt Qureshi Raza Aslam Sheikh Siddiqui Bibi Begum Hassan Chaudhry Javed Rashid`
	bangladeshi     = `Begum Ahmed Miah Khatun Rahman Islam Uddin Hussain Ali Khan Chowdhury Hoque Alam Akter Hossain Choudhury Khanom Sultana`
	muslimGirls     = `Fatima Aisha Maryam Zara Amina Zainab Khadija Hafsa Aaliyah Safiya Ayesha Noor Sumaya Hana Inaya Sana Rabia Iqra Nadia Yasmin Sadia Samira Leila Asma Anaya Haleema`
	muslimBoys      = `Muhammad Mohammed Ibrahim Yusuf Ali Ahmed Adam Omar Hamza Hassan Bilal Mohammad Abdullah Zayn Ismail Musa Hussain Rayyan Haris Imran Khalid Tariq Usman Abdul Zakariya Sami`
	indian          = `Patel Singh Kaur Shah Sharma Kumar Gill Sandhu Dhillon Desai Reddy Joshi Mehta Nair Thomas Iyer Gupta Chopra Rao Varghese Mathew Pillai`
	indianGirls     = `Anaya Aanya Diya Priya Saanvi Aarohi Jasmine Simran Riya Kavya Neha Pooja Isha Anjali Meera Nisha Divya Sonia`
	indianBoys      = `Arjun Aarav Vihaan Aryan Dev Rohan Krish Ishaan Rahul Jaspreet Harpreet Arun Vikram Amit Sanjay Nikhil Raj Kiran`
	turkish         = `Yilmaz Kaya Demir Sahin Celik Yildiz Ozturk Aydin Ozdemir Arslan Dogan Kilic Aslan Hassan Mehmet Osman`
	turkishGirls    = `Zeynep Elif Defne Asya Ela Ayse Melisa Ceylan Derya Selin Esra Yasemin`
	turkishBoys     = `Yusuf Emir Mustafa Kerem Ali Mehmet Deniz Can Ozan Hakan Emre Kaan`
	somali          = `Mohamed Ali Ahmed Hassan Abdi Hussein Omar Yusuf Ibrahim Osman Farah Warsame Jama Adan Noor`
	zimbabwean      = `Moyo Ncube Sibanda Dube Ndlovu Chikwanha Mpofu Nyathi Marufu Chirwa Banda Phiri Mutasa Gumbo Zulu`
	jewish          = `Cohen Levy Goldstein Rosenberg Friedman Schwartz Klein Stern Weiss Katz Green Gross Spitzer Halpern Roth`
	jewishGirls     = `Esther Chaya Rivka Sara Leah Miriam Rachel Hannah Devorah Malka Yehudis Tamar`
	jewishBoys      = `Moshe Yosef Avraham David Yaakov Shmuel Menachem Chaim Yitzchok Eli Dov Meir`
	chinese         = `Chen Wong Li Wang Zhang Lam Cheung Liu Ho Ng Lau Lin Tang Yang`
	irish           = `Murphy Kelly O'Brien Ryan O'Connor Walsh O'Sullivan Byrne McCarthy Doyle Gallagher O'Neill Lynch Murray Quinn Moore McLaughlin Carroll Connolly Daly Wilson Dunne Brennan Burke Collins Campbell MacDonald McDonald Fitzgerald`
	portuguese      = `Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Goncalves Gomes Lopes Marques Almeida`
	portugueseGirls = `Maria Leonor Matilde Beatriz Carolina Ana Ines Sofia Mariana Lara Joana Catarina`
	portugueseBoys  = `Joao Rodrigo Francisco Santiago Afonso Tomas Duarte Miguel Pedro Diogo Tiago Rafael`
	traveller       = `Ward McDonagh Connors O'Driscoll Smith Lee Cooper Boswell Doran Delaney Sheridan Maughan Price Loveridge Hedges`
	travellerGirls  = `Margaret Bridget Mary Kathleen Ellen Winnie Savannah Chantelle Kizzy Britney Shannon Tiffany`
	travellerBoys   = `John Patrick Martin James Michael Jimmy Paddy Levi Tommy Danny Billy Johnny`
)

// Given names by the decade of birth, the most common first.
var (
	girlsBorn = map[int][]string{
		1960: strings.Fields(`Susan Julie Karen Jacqueline Deborah Tracey Jane Helen Diane Sharon Tracy Angela Sarah Alison Caroline Amanda Sandra Linda Catherine Elizabeth Carol Joanne Wendy Janet Dawn Christine Nicola Debra Lesley Paula`),
		1970: strings.Fields(`Sarah Claire Nicola Emma Lisa Joanne Michelle Helen Samantha Karen Victoria Rachel Louise Julie Clare Rebecca Sharon Amanda Donna Tracey Kelly Deborah Alison Jane Paula Tracy Maria Andrea Dawn Kerry`),
		1980: strings.Fields(`Sarah Laura Gemma Emma Rebecca Claire Victoria Samantha Rachel Amy Jennifer Nicola Katie Lisa Kelly Natalie Louise Michelle Hayley Hannah Helen Charlotte Joanne Lucy Elizabeth Leanne Danielle Donna Katherine Clare Stephanie Stacey Lauren Kerry Zoe`),
		1990: strings.Fields(`Rebecca Lauren Jessica Charlotte Hannah Sophie Amy Emily Laura Emma Chloe Sarah Lucy Katie Bethany Jade Megan Danielle Natasha Kirsty Alice Shannon Georgia Abigail Samantha Stephanie Eleanor Victoria Rachel Jodie Kayleigh Leah Holly Gemma Paige`),
		2000: strings.Fields(`Chloe Emily Megan Olivia Charlotte Jessica Sophie Ellie Grace Lucy Lauren Amy Hannah Mia Ella Georgia Katie Holly Leah Caitlin Molly Abigail Bethany Amelia Lily Millie Paige Erin Jasmine Phoebe Courtney Daisy Jade Alice Freya Isabelle Eleanor Niamh Poppy Ruby`),
		2010: strings.Fields(`Olivia Amelia Emily Isla Ava Jessica Isabella Lily Ella Mia Sophie Sophia Grace Evie Poppy Ruby Charlotte Scarlett Chloe Daisy Freya Phoebe Alice Florence Sienna Lola Matilda Rosie Ellie Lucy Millie Layla Evelyn Holly Maisie Lexi Summer Harper Eva Willow Erin Imogen Esme Elsie Bella`),
		2020: strings.Fields(`Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy Sienna Poppy Elsie Emily Ella Evelyn Phoebe Sofia Evie Charlotte Harper Millie Matilda Maya Luna Ada Aurora Bonnie Maeve Hallie Penelope Maisie Violet Arabella Margot`),
	}
	boysBorn = map[int][]string{
		1960: strings.Fields(`David Paul Andrew Mark John Michael Stephen Ian Robert Richard Christopher Peter Simon Anthony Kevin Gary Steven Martin James Philip Alan Neil Nigel Timothy Colin Graham Jonathan Nicholas Keith Barry`),
		1970: strings.Fields(`Paul Mark David Andrew Richard Christopher James Simon Michael Matthew Stephen Lee John Robert Darren Daniel Steven Jason Nicholas Jonathan Ian Neil Peter Stuart Anthony Martin Kevin Craig Philip Gary Wayne`),
		1980: strings.Fields(`Christopher James David Daniel Michael Matthew Andrew Richard Paul Mark Thomas Adam Robert John Lee Benjamin Steven Jonathan Craig Stephen Simon Nicholas Peter Anthony Alexander Gary Ian Ryan Darren Barry Carl Jamie Ashley Ben Liam`),
		1990: strings.Fields(`Thomas James Jack Daniel Matthew Ryan Joshua Luke Samuel Jordan Adam Michael Alexander Christopher Benjamin Joseph Liam Jake William Andrew George Lewis Oliver David Robert Jamie Nathan Connor Jonathan Harry Callum Aaron Ashley Bradley Jacob`),
		2000: strings.Fields(`Jack Thomas James Joshua Daniel Harry Samuel Joseph Matthew Callum Luke William Lewis Oliver Ryan Benjamin George Liam Jordan Adam Alexander Jake Connor Cameron Nathan Kieran Mohammed Jamie Jacob Michael Ben Ethan Charlie Bradley Brandon Aaron Max Alfie Kyle Tyler Reece Harvey`),
		2010: strings.Fields(`Oliver Jack Harry Alfie Charlie Thomas Jacob Joshua George Riley James William Noah Ethan Daniel Samuel Joseph Max Dylan Lucas Logan Leo Oscar Archie Mohammed Henry Tyler Harrison Isaac Freddie Jake Tommy Benjamin Alexander Finley Edward Mason Lewis Teddy Bobby Reggie Frankie Jayden Toby Jenson Kai`),
		2020: strings.Fields(`Noah Oliver George Arthur Muhammad Leo Harry Oscar Archie Henry Theodore Freddie Jack Charlie Theo Alfie Jacob Thomas Finley Arlo William Lucas Roman Tommy Isaac Teddy Alexander Luca Edward James Joshua Albie Elijah Max Mohammed Reuben Mason Sebastian Rory Jude Louie Reggie Ronnie`),
	}
)

// names draws names for families.
type names struct {
	r       *rand.Rand
	weights int
	family  []commonly
	own     [][2]commonly // girls and boys of a community
	decades map[int][2]commonly
}

func newNames(r *rand.Rand) *names {
	n := &names{r: r, decades: map[int][2]commonly{}}
	for _, c := range communities {
		n.weights += c.weight
		n.family = append(n.family, zipf(c.family, 4))
		var own [2]commonly
		if c.girls != nil {
			own = [2]commonly{zipf(c.girls, 3), zipf(c.boys, 3)}
		}
		n.own = append(n.own, own)
	}
	for d := range girlsBorn {
		n.decades[d] = [2]commonly{zipf(girlsBorn[d], 6), zipf(boysBorn[d], 6)}
	}
	return n
}

// community picks one by how many families are of it.
func (n *names) community() int {
	x := n.r.IntN(n.weights)
	for i, c := range communities {
		if x -= c.weight; x < 0 {
			return i
		}
	}
	return 0
}

func (n *names) given(community int, sex string, year int) string {
	which := 0
	if sex == "M" {
		which = 1
	}
	// Some children of every community have the names of their class at school.
	if own := n.own[community][which]; own.words != nil && n.r.IntN(5) > 0 {
		return own.pick(n.r)
	}
	decade := min(max(year/10*10, 1960), 2020)
	return n.decades[decade][which].pick(n.r)
}

// misspelt gives a name as somebody who only heard it may write it, or a finger
// slips.
func misspelt(r *rand.Rand, name string) string {
	for range 3 {
		swap := misheard[r.IntN(len(misheard))]
		if strings.Contains(name, swap[0]) {
			return strings.Replace(name, swap[0], swap[1], 1)
		}
	}
	b := []byte(name)
	if i := 1 + r.IntN(max(1, len(b)-2)); i+1 < len(b) && b[i] < 0x80 && b[i+1] < 0x80 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

var misheard = [...][2]string{
	{"ph", "f"},
	{"ck", "k"},
	{"y", "i"},
	{"ee", "ea"},
	{"tt", "t"},
	{"ll", "l"},
	{"ie", "y"},
	{"son", "sen"},
	{"th", "t"},
	{"c", "k"},
	{"s", "z"},
	{"e", "a"},
	{"i", "ee"},
	{"o", "ou"},
	{"mm", "m"},
	{"nn", "n"},
	{"l", "ll"},
	{"n", "nn"},
	{"ei", "ie"},
	{"oh", "o"},
	{"k", "c"},
}
